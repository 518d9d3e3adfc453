"""Сверка всухую: что сделал бы наблюдатель с каждым обязательством и почему. Ничего нигде не пишет."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from exchanger.bus.memory import MemoryBus
from exchanger.connect import OpenSystem, Side
from exchanger.domain.errors import ConfigError
from exchanger.domain.reconcile import Action, EngineSays, Rules, decide, engine_says
from exchanger.domain.task import ExternalTask, Snapshot
from exchanger.roles.context import Context
from exchanger.settings import Settings
from exchanger.wiring import assemble, rules_of

CHUNK = 500
"""Ключей в одном вопросе системе."""

SHARE = 0.2
"""Доля времени, которую вопросы системе занимают: рядом работают службы, предел у них общий."""

_ASKED = frozenset({EngineSays.MADE, EngineSays.SUSPENDED, EngineSays.INCIDENT})
_BREATH = 0.02


@dataclass(frozen=True, slots=True)
class Line:
    """Обязательство: что говорит движок, какие объекты есть (None — систему не спрашивали), что было бы сделано."""

    system: str
    task: ExternalTask
    says: EngineSays
    objects: tuple[Snapshot, ...] | None
    action: Action


class DryReconciliation:
    """Сверка одной системы по живым движку и системе. Памяти о прежних проходах у неё нет: пропавшее — впервые."""

    def __init__(self, context: Context, system: OpenSystem, rules: Rules, share: float = SHARE) -> None:
        self.system = system
        self._context = context
        self._rules = rules
        self._share = share

    async def walk(self) -> AsyncIterator[list[Line]]:
        """Обязательства кусками, в порядке движка; в памяти — один кусок."""
        topics = sorted(self.system.works)
        async for page in self._context.engine.held(topics):
            for tasks in _chunks(page):
                yield await self._chunk(tasks)

    async def _chunk(self, tasks: Sequence[ExternalTask]) -> list[Line]:
        now, locks = self._context.engine.now(), self._context.locks
        said = [(task, engine_says(task, None, now=now, locks=locks)) for task in tasks]
        found = await self._objects([task for task, says in said if says in _ASKED])
        return [self._line(task, says, found) for task, says in said]

    def _line(self, task: ExternalTask, says: EngineSays, found: dict[str, list[Snapshot]]) -> Line:
        objects = tuple(found.get(task.id, ())) if says in _ASKED else None
        now = self._context.engine.now() or self._context.clock.now()
        action = decide(says, objects or (), now=now, rules=self._rules, locked_until=task.locked_until)
        return Line(self.system.name, task, says, objects, action)

    async def _objects(self, tasks: Iterable[ExternalTask]) -> dict[str, list[Snapshot]]:
        clock, found = self._context.clock, dict[str, list[Snapshot]]()
        for topic, mine in _by_topic(tasks).items():
            started = clock.monotonic()
            found |= await self._find(topic, mine)
            spent = clock.monotonic() - started
            await clock.sleep(max(spent / self._share - spent, _BREATH))
        return found

    async def _find(self, topic: str, tasks: Sequence[ExternalTask]) -> dict[str, list[Snapshot]]:
        installation, work = self._context.installation, self.system.works[topic]
        with self.system.circuit.asking(Side.WATCH):
            objects = await work.find([installation.key(task.id) for task in tasks])
        grouped: dict[str, list[Snapshot]] = {}
        wanted = {task.id for task in tasks}
        for one in objects:
            if one.key is not None and installation.owns(one.key) and one.key.task_id in wanted:
                grouped.setdefault(one.key.task_id, []).append(one)
        return grouped


def _chunks(page: Sequence[ExternalTask]) -> Iterable[Sequence[ExternalTask]]:
    return (page[start : start + CHUNK] for start in range(0, len(page), CHUNK))


def _by_topic(tasks: Iterable[ExternalTask]) -> dict[str, list[ExternalTask]]:
    grouped: dict[str, list[ExternalTask]] = {}
    for task in tasks:
        grouped.setdefault(task.topic, []).append(task)
    return grouped


@asynccontextmanager
async def open_reconciliations(settings: Settings, system: str, share: float) -> AsyncIterator[list[DryReconciliation]]:
    """Сверки систем установки (`system` — одной). Брокер не нужен: сверка ничего не публикует."""
    async with assemble(settings, bus=MemoryBus()) as exchanger:
        chosen = [one for one in exchanger.systems if system in {"", one.name}]
        if not chosen:
            known = ", ".join(settings.installation.systems)
            raise ConfigError(f"Системы «{system}» в этой установке нет.", remedy=f"EXCHANGER_SYSTEMS: {known}.")
        yield [DryReconciliation(exchanger.context, one, rules_of(settings, one.name), share) for one in chosen]
