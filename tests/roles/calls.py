"""Calls in the house: a system whose two functions leave countable effects, and crashes at every step of a caller."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import BaseModel

from exchanger.connect import BLIND, REPEATABLE, Limits, OpenSystem, System
from exchanger.domain.key import Key
from exchanger.domain.task import ExternalTask, Order
from exchanger.domain.typed import typed
from exchanger.ports import Delivery
from exchanger.roles.caller import Caller
from exchanger.roles.worker import Window, Worker
from exchanger.wire import encode_order
from tests.roles.house import QUEUE, SYSTEM, WORKER, FakeTerm, House, nothing

BLIND_TOPIC = "blind_call"
REPEAT_TOPIC = "repeat_call"
LIMIT = timedelta(seconds=60)


@dataclass(slots=True)
class Effects:
    """What the functions did in the world; hooks before and after the effect; `seconds` - how long a call lasts."""

    sleep: Callable[[float], object] = lambda _seconds: None
    done: Counter[str] = field(default_factory=Counter)
    before: Callable[[str], None] = nothing
    after: Callable[[str], None] = nothing
    seconds: float = 0.0


class Note(BaseModel):
    text: str


SERVICE: System[Effects, Effects] = System(SYSTEM, limits=lambda _: Limits(1e6, 1e6, 8))


async def _act(note: Note, effects: Effects, key: Key) -> dict[str, str]:
    effects.before("call")
    if effects.seconds:
        await effects.sleep(effects.seconds)  # type: ignore[misc]  # the clock's
    effects.done[key.task_id] += 1
    effects.after("call")
    return {"sent": note.text}


@SERVICE.call(BLIND_TOPIC, promise=BLIND)
async def send(note: Note, effects: Effects, key: Key) -> dict[str, str]:
    return await _act(note, effects, key)


@SERVICE.call(REPEAT_TOPIC, promise=REPEATABLE)
async def update(note: Note, effects: Effects, key: Key) -> dict[str, str]:
    return await _act(note, effects, key)


@dataclass(slots=True)
class Calls:
    """The house with this system in it."""

    home: House
    effects: Effects

    async def fetched(self, topic: str, text: str = "привет") -> ExternalTask:
        self.home.state.add_task(topic, {"text": typed(text)} if text else {})
        return await self.taken(topic)

    async def taken(self, topic: str) -> ExternalTask:
        engine, lease = self.home.engine, self.home.locks.lease
        fetched = await engine.fetch([topic], limit=1, lease=lease, wait=timedelta())
        assert fetched, "there was nothing to fetch"
        return fetched[0].task

    def delivery(self, task: ExternalTask, text: str = "привет") -> Delivery:
        order = Order(task, SYSTEM, {"text": typed(text)} if text else {})
        return Delivery(encode_order(order, worker_id=WORKER, now=self.home.clock.now()), QUEUE)

    def caller(self, term: FakeTerm | None = None) -> Caller:
        term = term or FakeTerm(self.home.clock.monotonic())
        return Caller(self.home.context, self.home.system, term, asyncio.Event())

    def worker(self) -> Worker:
        return Worker(self.home.context, SYSTEM, [BLIND_TOPIC, REPEAT_TOPIC], self.home.wait, Window())

    async def work(self, seconds: float) -> None:
        """All the roles, for so long."""
        self.home.start(self.worker().run, self.home.responder().run, self.home.duty().run)
        await self.home.clock.advance(seconds)
        await self.home.stop()

    async def open(self) -> OpenSystem:
        return await self.home.stack.enter_async_context(SERVICE.open(self.effects, self.home.clock))

    def incident(self, task: ExternalTask) -> str:
        current = self.home.state.tasks[task.id]
        return current.error_message or "" if current.is_incident else ""


async def calls_in(home: House) -> Calls:
    calls = Calls(home, Effects(home.clock.sleep))
    home.system = await calls.open()
    return calls
