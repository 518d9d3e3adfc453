"""Что обслуживает работник и какие задачи в движке не ждёт никто."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from exchanger.domain.routing import Routing
from exchanger.engine.client import RestEngine
from exchanger.engine.survey import TaskState, TopicCounts
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.wire.names import queue_of
from exchanger.wiring import engine_connection, open_systems, routing_of


@dataclass(frozen=True, slots=True)
class TopicLine:
    """Тема: система, очередь, берёт ли её эта установка и сколько задач в движке по состояниям."""

    topic: str
    system: str
    served: bool
    counts: Mapping[TaskState, int] = field(default_factory=dict)

    @property
    def queue(self) -> str:
        """Очередь заявок."""
        return queue_of(self.system)

    @property
    def is_forgotten(self) -> bool:
        """Задачи ждут, а темы никто здесь не берёт."""
        return not self.served and self.counts.get(TaskState.WAITING, 0) > 0


@dataclass(frozen=True, slots=True)
class WorkerView:
    """Работник: имя, тенант и темы — обслуживаемые и те, чьи задачи есть в движке."""

    worker_id: str
    tenant_id: str | None
    topics: tuple[TopicLine, ...]


async def look(settings: Settings) -> WorkerView:
    """Спросить движок; `Retry` — не отвечает."""
    clock = SystemClock()
    async with open_systems(settings, clock) as systems:
        routing = routing_of(settings, systems)
        served = {topic for system in systems for topic in routing.topics(system.name, system.topics)}
    async with RestEngine(engine_connection(settings.engine), clock) as engine:
        counts = await engine.survey.topics()
    return WorkerView(settings.engine.worker_id, settings.engine.tenant_id, tuple(lines(served, counts, routing)))


def lines(served: set[str], counts: TopicCounts, routing: Routing) -> list[TopicLine]:
    """Темы: сначала обслуживаемые, в каждой половине по имени."""
    found = [
        TopicLine(topic, routing.system(topic), topic in served, counts.get(topic, {}))
        for topic in served | counts.keys()
    ]
    return sorted(found, key=lambda line: (not line.served, line.topic))
