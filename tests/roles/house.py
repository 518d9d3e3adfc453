"""A whole installation over parts in memory and a virtual clock; each role can be started, stopped and killed."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from exchanger.bus.memory import MemoryBus
from exchanger.bus.topology import topology
from exchanger.connect import OpenSystem
from exchanger.domain.errors import Retry, TermLost
from exchanger.domain.outcome import Completed, Failure, Refused, Settlement
from exchanger.domain.policy import Locks
from exchanger.domain.reconcile import Rules
from exchanger.domain.task import ExternalTask, Metadata, Order
from exchanger.domain.typed import typed
from exchanger.ports import Address, Delivery, Message
from exchanger.roles.context import Context, Installation
from exchanger.roles.creator import Creator
from exchanger.roles.duty import Duty
from exchanger.roles.quarantine import Inherited
from exchanger.roles.responder import Responder
from exchanger.roles.tracker import Pace, Tracker
from exchanger.roles.worker import Window, Worker
from exchanger.telemetry.health import Health
from exchanger.testing.clock import VirtualClock, settle
from exchanger.testing.memory_engine import MemoryEngine, MemoryEngineState
from exchanger.testing.memory_system import MEMORY_TOPIC, MemoryObject, MemoryObjects, MemoryOptions, memory_system
from exchanger.wire import ErrorRecord, decode_error, encode_order
from exchanger.wire.names import ERRORS_QUEUE, queue_of, sent_queue_of

SYSTEM = "memory"
OTHER = "other"
QUEUE = queue_of(SYSTEM)
SENT = sent_queue_of(SYSTEM)
WORKER = "worker"
OURS = Installation("prod", "default")


class Crash(BaseException):
    """SIGKILL at this point: nothing of ours catches it."""


@dataclass(slots=True)
class SkewedClock:
    """The clock of another machine: the same seconds, another time of day."""

    clock: VirtualClock
    skew: timedelta = timedelta()

    def now(self) -> datetime:
        return self.clock.now() + self.skew

    def monotonic(self) -> float:
        return self.clock.monotonic()

    async def sleep(self, seconds: float) -> None:
        await self.clock.sleep(seconds)


class ShakyBus(MemoryBus):
    """The memory bus with a switch for the broker, a record of what was published and a hook before each call."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__(layout=topology([SYSTEM, OTHER]), clock=clock, grace=0.01)
        self.down = False
        self.before: Callable[[str], None] = lambda _call: None
        self.published: dict[str, list[Message]] = defaultdict(list)

    async def publish(self, to: Address, message: Message) -> None:
        self.before(f"publish {to.routing_key}")
        if self.down:
            raise Retry("нет связи с брокером.")
        self.published[to.routing_key].append(message)
        await super().publish(to, message)

    async def depth(self, queue: str) -> int:
        if self.down:
            raise Retry("нет связи с брокером.")
        return self.waiting(queue)

    def waiting(self, queue: str) -> int:
        """How many messages wait, whether or not the broker can be reached."""
        return len(self._queue(queue))


@dataclass(slots=True)
class Diagrams:
    """What the diagrams say: codes that are caught, and a fault by request."""

    catches: frozenset[str] = frozenset()
    before: Callable[[str], None] = lambda _definition: None

    async def metadata(self, definition_id: str, activity_id: str) -> Metadata:
        self.before(definition_id)
        return Metadata(catches=self.catches, activity_name=activity_id)


@dataclass(slots=True)
class FakeTerm:
    """A term that is lost when the test says so; a closed `gate` freezes the process at its check."""

    started: float
    gone: bool = False
    checks: int = 0
    gate: asyncio.Event | None = None

    async def check(self) -> None:
        self.checks += 1
        await asyncio.sleep(0)  # asking a broker takes a turn of the loop at least
        if self.gate is not None:
            await self.gate.wait()
        if self.gone:
            raise TermLost("вахта потеряна.")

    async def lost(self) -> None:
        await asyncio.Event().wait()


@dataclass(slots=True)
class House:
    """The parts and the roles."""

    clock: VirtualClock
    engine_clock: SkewedClock
    state: MemoryEngineState
    engine: MemoryEngine
    objects: MemoryObjects
    bus: ShakyBus
    diagrams: Diagrams
    health: Health
    system: OpenSystem
    stack: AsyncExitStack
    locks: Locks = field(default_factory=Locks)
    rules: Rules = field(default_factory=Rules)
    pace: Pace = field(default_factory=Pace)
    wait: timedelta = timedelta(seconds=10)
    window: Window = field(default_factory=Window)
    running: list[asyncio.Task[None]] = field(default_factory=list)

    @property
    def context(self) -> Context:
        return Context(OURS, self.engine, self.diagrams, self.bus, self.clock, self.health, self.locks)

    # Roles

    def worker(self) -> Worker:
        return Worker(self.context, SYSTEM, [MEMORY_TOPIC], self.wait, self.window)

    def responder(self) -> Responder:
        return Responder(self.context)

    def duty(self) -> Duty:
        return Duty(self.context, self.system, self.rules, self.pace)

    def tracker(self) -> Tracker:
        return Tracker(self.context, self.system, self.rules, self.pace, Inherited())

    def creator(self, term: FakeTerm | None = None, inherited: Inherited | None = None) -> Creator:
        """A creator whose term begins now and inherits nothing by name, unless the test says otherwise."""
        term = term or FakeTerm(self.clock.monotonic())
        return Creator(self.context, self.system, term, inherited or Inherited(frozenset()))

    def start(self, *roles: Callable[[], Coroutine[Any, Any, None]]) -> list[asyncio.Task[None]]:
        started = [asyncio.create_task(role()) for role in roles]
        self.running += started
        return started

    def start_all(self) -> None:
        self.start(self.worker().run, self.responder().run, self.duty().run)

    async def open_for_business(self) -> None:
        """All roles, a while after the beginning of their term."""
        self.start_all()
        await self.clock.advance(10)

    async def stop(self) -> None:
        """The graceful stop of all that runs."""
        running, self.running = self.running, []
        for task in running:
            task.cancel()
        done, late = await asyncio.wait(running, timeout=10) if running else (set(), set())
        assert not late, "a role does not stop"
        for task in done:
            with suppress(asyncio.CancelledError):
                task.result()

    async def throw_away(self, *, queues: bool = True) -> None:
        """Kill every process; with `queues`, wipe the broker, too. The next ones get a new circuit."""
        await self.stop()
        if queues:
            self.bus = ShakyBus(self.clock)
        self.system = await self.stack.enter_async_context(memory_system(self.options(), self.clock))
        self.health = Health()

    def options(self) -> MemoryOptions:
        return MemoryOptions(self.objects)

    # What happens outside

    def task(self, title: str = "", **kwargs: Any) -> ExternalTask:
        return self.state.add_task(MEMORY_TOPIC, {"title": typed(title)}, **kwargs)

    async def fetched(self, title: str = "", **kwargs: Any) -> ExternalTask:
        """A new task that this worker has taken, as the order carries it."""
        self.task(title, **kwargs)
        return await self.taken()

    async def taken(self) -> ExternalTask:
        fetched = await self.engine.fetch([MEMORY_TOPIC], limit=1, lease=self.locks.lease, wait=timedelta())
        assert fetched, "there was nothing to fetch"
        return fetched[0].task

    def delivery(self, task: ExternalTask, title: str = "") -> Delivery:
        order = Order(task, SYSTEM, {"title": typed(title)})
        return Delivery(encode_order(order, worker_id=WORKER, now=self.clock.now()), QUEUE)

    async def pass_on(self, handler: Callable[[Delivery], Awaitable[None]], queue: str) -> int:
        """Let a handler take all that waits in a queue."""
        waiting = await self.bus.depth(queue)
        async with self.bus.consume(queue, handler, at_once=16):
            await settle()
        return waiting

    async def made(self, title: str = "", **kwargs: Any) -> tuple[ExternalTask, MemoryObject]:
        """An obligation: fetched, created, marked; seen by nobody who still lives."""
        task = await self.fetched(title, **kwargs)
        found = self.objects.add(str(OURS.key(task.id)), title)
        await self.engine.hold(task, self.locks.long)
        return self.state.tasks[task.id], found

    # What is seen

    def object(self, task: ExternalTask) -> MemoryObject:
        found = self.objects.of(task.id)
        assert len(found) == 1, f"{len(found)} objects of {task.id}"
        return found[0]

    def completed(self, task: ExternalTask) -> list[Completed]:
        return [s for s in self.settlements(task) if isinstance(s, Completed)]

    def failures(self, task: ExternalTask) -> list[Failure]:
        return [s for s in self.settlements(task) if isinstance(s, Failure)]

    def refusals(self, task: ExternalTask) -> list[Refused]:
        return [s for s in self.settlements(task) if isinstance(s, Refused)]

    def settlements(self, task: ExternalTask) -> list[Settlement]:
        return [settled.settlement for settled in self.state.settled if settled.task.id == task.id]

    def errors(self) -> list[ErrorRecord]:
        return [decode_error(message.body, message.headers) for message in self.bus.published[ERRORS_QUEUE]]

    def is_made(self, task: ExternalTask) -> bool:
        held = self.state.tasks[task.id].locked_until
        return held is not None and held > self.state.now() + self.locks.made_beyond


@asynccontextmanager
async def house(**options: Any) -> AsyncIterator[House]:
    """Build the parts; whatever still runs at the end is stopped."""
    clock = VirtualClock()
    engine_clock = SkewedClock(clock)
    state = MemoryEngineState(engine_clock)
    objects = MemoryObjects(clock)
    async with AsyncExitStack() as stack:
        system = await stack.enter_async_context(memory_system(MemoryOptions(objects, **options), clock))
        built = House(
            clock, engine_clock, state, MemoryEngine(state, WORKER), objects, ShakyBus(clock), Diagrams(), Health(),
            system, stack,
        )  # fmt: skip
        try:
            yield built
        finally:
            await built.stop()


def fail(*errors: BaseException, at: str) -> Callable[[str], None]:
    """A hook that raises these errors one after another at the calls of this name, then no more."""
    left = list(errors)

    def hook(call: str) -> None:
        if call == at and left:
            raise left.pop(0)

    return hook


def always(make: Callable[[], BaseException], *, at: str = "") -> Callable[[str], None]:
    """A hook that raises at every call (of this name)."""

    def hook(call: str) -> None:
        if at in {"", call}:
            raise make()

    return hook


def nothing(_call: str) -> None:
    """No fault any more."""
