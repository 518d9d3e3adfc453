"""Tracker: ставит знак «выдано», следит за объектами и передаёт их исходы. Каждая находка идёт через сверку."""

from __future__ import annotations

import asyncio
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exchanger.connect import Cursor, OpenSystem, Work
from exchanger.domain.errors import ExchangerError, OutcomeUnknown, Retry, SystemPaused
from exchanger.domain.event import EventKind
from exchanger.domain.reconcile import EngineSays, Rules, decide, engine_says
from exchanger.domain.task import ExternalTask, Fate, ObjectState, Snapshot
from exchanger.ports import Delivery
from exchanger.roles.actions import Actions
from exchanger.roles.brake import Brake
from exchanger.roles.context import Context, forever, until_cancelled
from exchanger.roles.index import Index, Watched
from exchanger.telemetry.log import log
from exchanger.wire import Receipt, decode_receipt
from exchanger.wire.names import sent_queue_of

LINK_VARIABLE = "exchanger_link"
_RECEIPTS_AT_ONCE = 16
_ACTIONS_AT_ONCE = 16
_REMEMBERED = 10_000
_BREATH = 0.05


@dataclass(frozen=True, slots=True)
class Pace:
    """Как часто наблюдатель смотрит; секунды. `share` — доля времени, которую обход системы может занимать."""

    poll: float = 15.0
    walk: float = 60.0
    sweep: float = 300.0
    chunk: int = 500
    share: float = 0.05


class Tracker:
    """Наблюдение за объектами одной системы во время одной вахты."""

    def __init__(self, context: Context, system: OpenSystem, rules: Rules, pace: Pace) -> None:
        self._context = context
        self._system = system
        self._rules = rules
        self._pace = pace
        self._index = Index()
        self._actions = Actions(context, system)
        self._brake = Brake(context, system.name)
        self._slots = asyncio.Semaphore(_ACTIONS_AT_ONCE)
        self._cursors: dict[int, Cursor] = {}
        self._strangers: OrderedDict[tuple[str, datetime | None], None] = OrderedDict()
        self._fresh = asyncio.Event()

    async def run(self) -> None:
        """Наблюдать, пока не остановят."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._receipts())
            loops.create_task(self._loop("engine", self._walk, self._pause(self._pace.walk)))
            loops.create_task(self._loop("changes", self._poll, self._pause(self._pace.poll)))
            loops.create_task(self._loop("sweep", self._sweep, self._until_due))

    @property
    def open(self) -> int:
        """Сколько обязательств открыто."""
        return len(self._index)

    async def _loop(self, name: str, step: Callable[[], Awaitable[None]], rest: Callable[[], Awaitable[None]]) -> None:
        await forever(f"tracker:{self._system.name}:{name}", self._guarded(step), self._context, rest=rest)

    def _pause(self, seconds: float) -> Callable[[], Awaitable[None]]:
        return lambda: self._context.clock.sleep(seconds)

    def _guarded(self, step: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """The step waits while the system is paused, and pauses it."""

        async def guarded() -> None:
            await self._system.circuit.closed()
            try:
                await step()
            except SystemPaused as error:
                self._system.circuit.opened(str(error), error.after)
                raise

        return guarded

    # Receipts: the object exists, so the obligation is marked as made.

    async def _receipts(self) -> None:
        queue = sent_queue_of(self._system.name)
        async with self._context.bus.consume(queue, self.handle, at_once=_RECEIPTS_AT_ONCE):
            await until_cancelled()

    async def handle(self, delivery: Delivery) -> None:
        """Принять одну квитанцию: знак «выдано», ссылка для Cockpit, указатель."""
        receipt = decode_receipt(delivery.message.body)
        with log.contextualize(task=receipt.order.task.id, object=receipt.ref.id):
            task = await self._whole(receipt)
            if task is None or task.topic not in self._system.works:
                log.info("квитанция задачи, которой уже нет или которая здесь не обслуживается")
                return
            watched = self._index.get(task.id) or Watched(task)
            watched.task = task
            if not await self._actions.mark(watched):
                return
            self._index.put(watched.task, receipt.ref).checked = self._context.clock.monotonic()
            await self._context.engine.note(watched.task, {LINK_VARIABLE: receipt.ref.link or receipt.ref.id})
            self._context.emit(EventKind.MADE, task, self._system.name, object=receipt.ref.id, link=receipt.ref.link)
            if receipt.adopted:
                await self._look_again(task.id)

    async def _whole(self, receipt: Receipt) -> ExternalTask | None:
        """The task as the engine knows it: a predecessor's receipt lacks what we need."""
        task = receipt.order.task
        complete = task.execution_id and task.process_definition_id
        return task if complete else await self._context.engine.get(task.id)

    async def _look_again(self, task_id: str) -> None:
        """An adopted object may have been finished long ago, behind the cursor: check it out of turn."""
        watched = self._index.get(task_id)
        if watched is not None:
            watched.checked = -math.inf
            self._fresh.set()

    # Changes: one request a cycle, whatever the number of open objects.

    async def _poll(self) -> None:
        for number, (work, _) in enumerate(self._works()):
            async for page, cursor in work.changed(self._cursors.get(number, Cursor())):
                await self._found(page)
                self._cursors[number] = cursor
        self._system.circuit.succeeded()

    async def _found(self, page: Iterable[Snapshot]) -> None:
        """Objects of one key are judged together, since the diff looks at all of them."""
        groups: dict[str, list[Snapshot]] = {}
        for found in page:
            if found.key is not None and self._context.installation.owns(found.key):
                groups.setdefault(found.key.task_id, []).append(found)
        await self._each(self._changed(task_id, objects) for task_id, objects in groups.items())

    async def _changed(self, task_id: str, objects: list[Snapshot]) -> None:
        watched = self._index.get(task_id)
        if watched is not None:
            watched.missing_since = None
            await self._consider(watched, objects)
            return
        for found in objects:
            if found.state is ObjectState.OPEN:
                await self._stranger(task_id, found)

    async def _stranger(self, task_id: str, found: Snapshot) -> None:
        """An open object of ours that nobody owes: its process went on, was cancelled, or has not begun to wait yet."""
        seen = found.ref.id, found.changed
        if seen in self._strangers:
            return
        if await self._context.engine.get(task_id) is None:
            await self._gone(self._actions.forgotten(_unknown(task_id, self._system)), [found])
        self._strangers[seen] = None
        if len(self._strangers) > _REMEMBERED:
            self._strangers.popitem(last=False)

    async def _consider(self, watched: Watched, objects: Sequence[Snapshot]) -> None:
        now = self._context.engine.now()
        if now is None or self._brake.on:
            return
        objects = await self._whole_picture(watched, objects)
        says = engine_says(watched.task, None, now=now, locks=self._context.locks)
        action = decide(
            says,
            objects,
            now=now,
            rules=self._rules,
            memory=watched.memory,
            locked_until=watched.task.locked_until,
        )
        watched.checked = self._context.clock.monotonic()
        await self._actions.act(watched, action)

    async def _whole_picture(self, watched: Watched, objects: Sequence[Snapshot]) -> Sequence[Snapshot]:
        """A refusal is believed only when no other object of the key says otherwise."""
        if not objects or any(found.state is not ObjectState.REFUSED for found in objects):
            return objects
        work = self._system.works[watched.task.topic]
        return await work.find([self._context.installation.key(watched.task.id)]) or objects

    # The engine's list: what we owe. Read before the system.

    async def _walk(self) -> None:
        before = {watched.task.id for watched in self._index}
        seen: set[str] = set()
        async for page in self._context.engine.held(self._system.topics):
            for task in page:
                seen.add(task.id)
                self._owe(task)
        gone = [watched for task_id in before - seen if (watched := self._index.get(task_id)) is not None]
        await self._vanished(gone, total=len(before))

    def _owe(self, task: ExternalTask) -> None:
        now = self._context.engine.now()
        says = engine_says(task, None, now=now, locks=self._context.locks)
        if says in {EngineSays.MADE, EngineSays.SUSPENDED}:
            if self._index.get(task.id) is None:
                self._fresh.set()
            self._index.put(task)
        elif says is not EngineSays.UNKNOWN:
            self._index.drop(task.id)

    async def _vanished(self, gone: list[Watched], *, total: int) -> None:
        """Tasks that left the engine's list. Answered ones ended by our answer; the others' fate must be proved."""
        unproved: list[Watched] = []
        for watched in gone:
            if watched.answered:
                self._index.drop(watched.task.id)
            elif await self._context.engine.get(watched.task.id) is None:
                fate = await self._context.engine.fate(watched.task)
                if fate is Fate.UNPROVED:
                    unproved.append(watched)
                elif fate is not Fate.ALIVE:
                    await self._end(watched, fate)
        if self._brake.tripped("движок", len(unproved), total):
            return
        for watched in unproved:
            await self._end(watched, Fate.UNPROVED)

    async def _end(self, watched: Watched, fate: Fate) -> None:
        work = self._system.works[watched.task.topic]
        key = self._context.installation.key(watched.task.id)
        objects = await work.find([key])
        await self._gone(watched, objects, fate)
        self._index.drop(watched.task.id)

    async def _gone(self, watched: Watched, objects: Sequence[Snapshot], fate: Fate | None = None) -> None:
        fate = fate or await self._context.engine.fate(watched.task)
        if fate is Fate.ALIVE:
            return
        now = self._context.engine.now() or self._context.clock.now()
        says = engine_says(None, fate, now=now, locks=self._context.locks)
        await self._actions.act(watched, decide(says, objects, now=now, rules=self._rules))
        self._context.emit(EventKind.GONE, watched.task, self._system.name, fate=fate.value)

    # The sweep: sees what the changes cannot show (deleted, hidden), at a bounded share of the system's time.

    async def _sweep(self) -> None:
        clock = self._context.clock
        while due := self._index.due(clock.monotonic() - self._pace.sweep, self._pace.chunk):
            started = clock.monotonic()
            await self._check(due)
            spent = clock.monotonic() - started
            await clock.sleep(max(spent / self._pace.share - spent, _BREATH))

    async def _until_due(self) -> None:
        """Rest until something new is to be checked, or for a while."""
        self._fresh.clear()
        waiting = asyncio.ensure_future(self._fresh.wait())
        pause = asyncio.ensure_future(self._context.clock.sleep(min(self._pace.sweep, 30.0)))
        try:
            await asyncio.wait({waiting, pause}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            pause.cancel()

    async def _check(self, due: list[Watched]) -> None:
        for work, topics in self._works():
            mine = [watched for watched in due if watched.task.topic in topics]
            seen = await self._read(work, mine)
            seen |= await self._find(work, [watched for watched in mine if watched.task.id not in seen])
            missing = [watched for watched in mine if watched.task.id not in seen]
            self._note(missing, [watched for watched in mine if watched.task.id in seen])
            await self._each(self._consider(watched, seen.get(watched.task.id, [])) for watched in mine)

    def _note(self, missing: list[Watched], seen: list[Watched]) -> None:
        """The brake counts what is missing in the whole index, before anything is declared deleted."""
        now, checked = self._context.engine.now(), self._context.clock.monotonic()
        for watched in (*missing, *seen):
            watched.checked = checked
        for watched in seen:
            watched.missing_since = None
        fresh = [watched for watched in missing if watched.missing_since is None]
        self._brake.tripped(self._system.name, self._index.missing + len(fresh), len(self._index))
        if self._brake.on:
            for watched in fresh:
                watched.missing_since = now

    async def _read(self, work: Work[Any], mine: list[Watched]) -> dict[str, list[Snapshot]]:
        by_ref = {watched.ref.id: watched for watched in mine if watched.ref is not None}
        refs = [watched.ref for watched in by_ref.values() if watched.ref is not None]
        read = await work.read(refs) if refs else []
        return {by_ref[found.ref.id].task.id: [found] for found in read if found.ref.id in by_ref}

    async def _find(self, work: Work[Any], mine: list[Watched]) -> dict[str, list[Snapshot]]:
        if not mine:
            return {}
        found: dict[str, list[Snapshot]] = {}
        for snapshot in await work.find([self._context.installation.key(watched.task.id) for watched in mine]):
            if snapshot.key is not None:
                found.setdefault(snapshot.key.task_id, []).append(snapshot)
        for watched in mine:
            if watched.task.id in found:
                watched.ref = found[watched.task.id][0].ref
        return found

    def _works(self) -> list[tuple[Work[Any], set[str]]]:
        """Each operation once, with its topics."""
        grouped: dict[int, tuple[Work[Any], set[str]]] = {}
        for topic, work in self._system.works.items():
            grouped.setdefault(id(work), (work, set()))[1].add(topic)
        return list(grouped.values())

    async def _each(self, actions: Iterable[Coroutine[Any, Any, None]]) -> None:
        """Do all; one that fails stops nobody. An outage is raised when all have had their turn."""

        async def one(action: Coroutine[Any, Any, None]) -> None:
            async with self._slots:
                await action

        results = await asyncio.gather(*(one(action) for action in actions), return_exceptions=True)
        failures = [result for result in results if isinstance(result, BaseException)]
        for failure in failures:
            if not isinstance(failure, ExchangerError):
                log.opt(exception=failure).error("неожиданная ошибка наблюдения", system=self._system.name)
            elif not isinstance(failure, _OUTAGES):
                log.error("находка не обработана", system=self._system.name, reason=str(failure))
        outages = [failure for failure in failures if isinstance(failure, _OUTAGES)]
        if outages:
            raise min(outages, key=lambda outage: not isinstance(outage, SystemPaused))


_OUTAGES = (Retry, OutcomeUnknown, SystemPaused)


def _unknown(task_id: str, system: OpenSystem) -> ExternalTask:
    """What we know of a task from its key alone."""
    return ExternalTask(
        id=task_id,
        topic=system.topics[0],
        process_instance_id="",
        process_definition_id="",
        process_definition_key="",
        activity_id="",
    )
