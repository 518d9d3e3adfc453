"""Что показывают метрики и сводка: состояние собранной установки в числах."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import version

from exchanger.connect import OpenSystem
from exchanger.domain.errors import Retry
from exchanger.domain.event import EventKind
from exchanger.ports import Bus, Clock
from exchanger.roles.duty import Duty
from exchanger.roles.tracker import Tracker
from exchanger.settings import BrokerSettings
from exchanger.telemetry.health import Condition, Health
from exchanger.telemetry.metrics import Reading, SystemReading, Watching
from exchanger.telemetry.summary import is_broken_link
from exchanger.wire.names import ERRORS_QUEUE, queue_of, sent_queue_of
from exchanger.wiring import Exchanger

DEPTHS_EVERY = 15.0
_WORKING = {Condition.UP, Condition.DEGRADED}
_TOLD = (EventKind.ORDERED, EventKind.CREATED, EventKind.SETTLED, EventKind.FAILED, EventKind.INCIDENT)


class Depths:
    """Глубины очередей: узнаются раз в `DEPTHS_EVERY` секунд; неизвестная глубина не показывается."""

    def __init__(self, bus: Bus, clock: Clock, queues: tuple[str, ...]) -> None:
        self._bus = bus
        self._clock = clock
        self._queues = queues
        self.known: dict[str, int] = {}

    async def follow(self) -> None:
        """Узнавать, пока не остановят."""
        while True:
            for queue in self._queues:
                await self._ask(queue)
            await self._clock.sleep(DEPTHS_EVERY)

    async def _ask(self, queue: str) -> None:
        try:
            self.known[queue] = await self._bus.depth(queue)
        except Retry:  # said by the link itself; a number of yesterday would lie
            self.known.pop(queue, None)


def queues_of(settings: BrokerSettings, systems: Iterable[OpenSystem]) -> tuple[str, ...]:
    """Очереди, за глубиной которых следят."""
    own = [queue for each in systems for queue in (queue_of(each.name), sent_queue_of(each.name))]
    return (*own, settings.responses_queue, ERRORS_QUEUE)


def read(exchanger: Exchanger, environment: str, depths: Mapping[str, int]) -> Reading:
    """Прочитать состояние."""
    health = exchanger.context.health
    return Reading(
        version=version("exchanger"),
        environment=environment,
        ready=health.ready,
        parts={part.name: part.condition in _WORKING for part in health.parts},
        engine_silence=exchanger.engine.silence(),
        bus_up=not any(is_broken_link(name, said) for name, said in exchanger.context.bus.state().items()),
        systems=tuple(_system(exchanger, duty) for duty in _duties(exchanger)),
        events=exchanger.counts.by_system,
        depths=depths,
        dead_letters=depths.get(ERRORS_QUEUE),
    )


def told(exchanger: Exchanger) -> dict[str, int]:
    """Числа сводки: открыто у каждой системы, событий с начала процесса."""
    watched = {duty.system.name: duty.tracker.open for duty in _duties(exchanger) if duty.tracker is not None}
    return {f"open_{name}": count for name, count in watched.items()} | {
        kind.value: exchanger.counts.total(kind) for kind in _TOLD
    }


def _duties(exchanger: Exchanger) -> list[Duty]:
    return [role for role in exchanger.roles if isinstance(role, Duty)]


def _system(exchanger: Exchanger, duty: Duty) -> SystemReading:
    health, system, tracker = exchanger.context.health, duty.system, duty.tracker
    return SystemReading(
        system.name,
        requests=system.limiter.spent,
        limit=system.limiter.limits.per_second,
        left=system.limiter.left,
        paused=_condition(health, f"pause:{system.name}") is Condition.DEGRADED,
        watching=None if tracker is None else _watching(exchanger, duty, tracker),
    )


def _watching(exchanger: Exchanger, duty: Duty, tracker: Tracker) -> Watching:
    now, oldest = exchanger.engine.now(), tracker.oldest
    return Watching(
        open=tracker.open,
        missing=tracker.missing,
        oldest=None if now is None or oldest is None else (now - oldest).total_seconds(),
        circuit_open=duty.system.circuit.is_open,
        brake_on=_condition(exchanger.context.health, f"brake:{duty.system.name}") is Condition.DOWN,
    )


def _condition(health: Health, name: str) -> Condition | None:
    """Without bringing the part into being: a part that nobody lifts would never be ready."""
    return next((part.condition for part in health.parts if part.name == name), None)
