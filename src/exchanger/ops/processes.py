"""Процессы движка перед оператором: определения, экземпляры, внешние задачи. Только смотреть."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from exchanger.domain.task import ExternalTask
from exchanger.engine.admin import Instance
from exchanger.engine.client import RestEngine
from exchanger.engine.survey import Definition, Load, TaskState, TopicCounts
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.wiring import engine_connection


@dataclass(frozen=True, slots=True)
class ProcessLoad:
    """Процесс под нагрузкой: сколько версий занято, экземпляров и инцидентов во всех."""

    key: str
    tenant_id: str | None
    versions: int
    instances: int
    incidents: int


class Processes:
    """Обзор движка от имени тенанта установки."""

    def __init__(self, engine: RestEngine) -> None:
        self._engine = engine

    async def definitions(self) -> list[Definition]:
        """Последние версии определений."""
        return await self._engine.survey.definitions()

    async def loads(self) -> list[ProcessLoad]:
        """Занятые процессы, самые многолюдные вперёд."""
        return _by_process(await self._engine.survey.loads())

    async def topics(self) -> TopicCounts:
        """Внешние задачи по темам и состояниям."""
        return await self._engine.survey.topics()

    async def instances(self, key: str, limit: int) -> list[Instance]:
        """Незавершённые экземпляры."""
        return await self._engine.survey.instances(key, limit)

    async def tasks(self, topic: str, limit: int) -> list[tuple[ExternalTask, TaskState]]:
        """Внешние задачи и их состояние."""
        survey = self._engine.survey
        found = await survey.tasks(topic, limit)
        now = self._engine.now()
        return [
            (
                task,
                survey.state(task, locked=task.locked_until is not None and (now is None or task.locked_until > now)),
            )
            for task in found
        ]


def _by_process(loads: Iterable[Load]) -> list[ProcessLoad]:
    grouped: defaultdict[tuple[str, str | None], list[Load]] = defaultdict(list)
    for load in loads:
        grouped[load.definition.key, load.definition.tenant_id].append(load)
    found = [
        ProcessLoad(
            key, tenant, len(versions), sum(one.instances for one in versions), sum(one.incidents for one in versions)
        )
        for (key, tenant), versions in grouped.items()
    ]
    return sorted(found, key=lambda load: (-load.instances, load.key, load.tenant_id or ""))


@asynccontextmanager
async def open_processes(settings: Settings) -> AsyncIterator[Processes]:
    """Обзор движка установки."""
    async with RestEngine(engine_connection(settings.engine), SystemClock()) as engine:
        yield Processes(engine)
