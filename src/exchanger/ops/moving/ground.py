"""Установка перед переездом: движок от имени обоих работников, системы, брокер, запись действий."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from exchanger.bus.rabbitmq.flags import flag_queue
from exchanger.bus.rabbitmq.session import Session, open_session
from exchanger.connect import OpenSystem, Work
from exchanger.domain.errors import ConfigError, OutcomeUnknown, Reject, Retry, SystemPaused
from exchanger.domain.policy import Locks
from exchanger.domain.routing import Routing
from exchanger.domain.task import ExternalTask, ObjectRef, Snapshot
from exchanger.engine.client import RestEngine
from exchanger.engine.diagrams import DiagramCache
from exchanger.journal.audit import Audit
from exchanger.ops.audit import audit_of
from exchanger.ops.moving.traces import Traces
from exchanger.roles.context import Installation
from exchanger.roles.pause import pause_flag
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.wire.names import Names
from exchanger.wiring import broker_connection, engine_connection, names_of, open_systems

OLD_WORKER = "universal-worker"
"""Имя работника у предшественника, если его не меняли."""

_BRIEF = timedelta()
_PAUSED = "система остановлена оператором: exchanger resume"


@dataclass(frozen=True, slots=True)
class Objects:
    """Объекты по id задачи; чего здесь нет в `found` и `unknown`, того в системе нет. `unknown` — почему неизвестно."""

    found: Mapping[str, Sequence[Snapshot]]
    unknown: Mapping[str, str]

    def of(self, task_id: str) -> Sequence[Snapshot] | None:
        """Объекты задачи; None — неизвестно."""
        return None if task_id in self.unknown else self.found.get(task_id, ())


@dataclass(frozen=True, slots=True)
class Ground:
    """Открытая установка. `old` — движок от имени прежнего работника, `ours` — от имени нашего (может быть тот же)."""

    ours: RestEngine
    old: RestEngine
    session: Session
    systems: Mapping[str, OpenSystem]
    by_topic: Mapping[str, OpenSystem]
    diagrams: DiagramCache
    installation: Installation
    locks: Locks
    names: Names
    audit: Audit
    paused: frozenset[str] = frozenset()
    """Системы, которые остановил оператор: о них ничего не решают."""
    strangers: Counter[str] = field(default_factory=Counter)
    """Сколько задач работника в темах, которых мы не обслуживаем; после `held`."""

    @property
    def moves(self) -> bool:
        """Имя работника меняется."""
        return self.ours.worker_id != self.old.worker_id

    async def held(self, engine: RestEngine) -> AsyncIterator[list[ExternalTask]]:
        """Страницы задач работника с темами, которые мы обслуживаем; прочие сосчитаны по темам."""
        self.strangers.clear()
        async for page in engine.all_held():
            self.strangers.update(task.topic for task in page if task.topic not in self.by_topic)
            served = [task for task in page if task.topic in self.by_topic]
            if served:
                yield served

    async def objects(self, tasks: Sequence[ExternalTask], traces: Traces) -> Objects:
        """Объекты этих задач: по ключу и по номеру из квитанций; отказ системы — «неизвестно», не «нет»."""
        found: dict[str, Sequence[Snapshot]] = {}
        unknown: dict[str, str] = {}
        paused = {task.id: _PAUSED for task in tasks if self.by_topic[task.topic].name in self.paused}
        unknown |= paused
        for work, mine in self._by_work([task for task in tasks if task.id not in paused]):
            try:
                found |= await self._find(work, mine)
                found |= await self._named(work, [task for task in mine if task.id not in found], traces)
            except (SystemPaused, Retry, OutcomeUnknown, Reject) as error:
                unknown |= {task.id: str(error) for task in mine}
        return Objects(found, unknown)

    def work(self, task: ExternalTask) -> Work[Any]:
        """Операция темы задачи."""
        return self.by_topic[task.topic].works[task.topic]

    def _by_work(self, tasks: Sequence[ExternalTask]) -> list[tuple[Work[Any], list[ExternalTask]]]:
        grouped: dict[int, tuple[Work[Any], list[ExternalTask]]] = {}
        for task in tasks:
            work = self.work(task)
            grouped.setdefault(id(work), (work, []))[1].append(task)
        return list(grouped.values())

    async def _find(self, work: Work[Any], tasks: Sequence[ExternalTask]) -> dict[str, Sequence[Snapshot]]:
        found = await work.find([self.installation.key(task.id) for task in tasks])
        grouped = {task.id: self.installation.objects(found, task.id) for task in tasks}
        return {task_id: objects for task_id, objects in grouped.items() if objects}

    async def _named(
        self, work: Work[Any], tasks: Sequence[ExternalTask], traces: Traces
    ) -> dict[str, Sequence[Snapshot]]:
        """Objects that only their receipts name: a search may lag or not know their mark."""
        wanted = {traces.of(task.id).object_id: task for task in tasks if traces.of(task.id).object_id}
        refs = [ObjectRef(self.by_topic[task.topic].name, number) for number, task in wanted.items()]
        read = await work.read(refs) if refs else []
        return {wanted[one.ref.id].id: [one] for one in read if one.ref.id in wanted}


@asynccontextmanager
async def open_ground(settings: Settings, old_worker: str) -> AsyncIterator[Ground]:
    """Открыть установку; `ConfigError` — RabbitMQ не настроен, `Retry` — не отвечает."""
    if not settings.broker.configured:
        raise ConfigError(
            "RabbitMQ не настроен: у прежней системы всё незаконченное лежит в нём.",
            remedy="задайте RABBITMQ_HOST (или RABBITMQ_URL).",
        )
    clock = SystemClock()
    connection = replace(engine_connection(settings.engine), close_grace=_BRIEF)
    async with AsyncExitStack() as stack:
        ours = await stack.enter_async_context(RestEngine(connection, clock))
        old = ours
        if old_worker != ours.worker_id:
            old = await stack.enter_async_context(RestEngine(replace(connection, worker_id=old_worker), clock))
        systems = await stack.enter_async_context(open_systems(settings, clock))
        routing = Routing(settings.installation.topics)
        session = await stack.enter_async_context(open_session(broker_connection(settings.broker), "переезд"))
        yield Ground(
            ours=ours,
            old=old,
            session=session,
            systems={system.name: system for system in systems},
            by_topic={topic: one for one in systems for topic in routing.topics(one.name, one.topics)},
            diagrams=DiagramCache(ours.diagram, clock, ttl=settings.diagrams.ttl, size=settings.diagrams.max_size),
            installation=Installation(settings.installation.name, settings.engine.engine_name),
            locks=Locks(settings.engine.lease, settings.engine.lock_duration),
            names=names_of(settings.broker),
            audit=audit_of(settings),
            paused=frozenset([one.name for one in systems if await _is_paused(session, one.name)]),
        )


async def _is_paused(session: Session, system: str) -> bool:
    return await session.state(flag_queue(pause_flag(system))) is not None
