"""Команда StormBPMN в памяти: диаграммы, ключи, часы, предел, сбои."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from exchanger.sandbox.storm.faults import Faults
from exchanger.sandbox.storm.limits import Limits
from exchanger.sandbox.storm.model import Call, Edge, StormDiagram

API_KEY = "storm-api-key-0001"
TOKEN = "storm-bearer-token-0001"  # noqa: S105 - of the stand-in


@dataclass(slots=True)
class Workspace:
    """Всё состояние. `watchers` узнают путь каждого запроса до его выполнения: так правят список между страницами."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Moscow"))
    limits: Limits = field(default_factory=Limits)
    faults: Faults = field(default_factory=Faults)
    api_keys: set[str] = field(default_factory=lambda: {API_KEY})
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    diagrams: dict[str, StormDiagram] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    watchers: list[Callable[[str], None]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def local_now(self) -> datetime:
        """Местное время сервера без пояса: так его пишет StormBPMN."""
        return self.clock().astimezone(self.zone).replace(tzinfo=None)

    def add(
        self,
        name: str,
        body: str | None,
        *,
        status: str = "DONE",
        kind: str = "BPMN",
        edges: tuple[Edge, ...] = (),
        calls: tuple[Call, ...] = (),
    ) -> StormDiagram:
        """Новая диаграмма команды; её UUID зависит только от порядка добавления."""
        made = StormDiagram(
            str(uuid5(NAMESPACE_URL, f"diagram/{next(self._numbers)}")),
            name,
            body,
            self.local_now(),
            self.local_now(),
            status=status,
            type=kind,
            edges=list(edges),
            calls=list(calls),
        )
        self.diagrams[made.id] = made
        return made

    def edit(self, diagram_id: str, body: str) -> None:
        """Правка: новое тело, следующая версия, время изменения."""
        found = self.diagrams[diagram_id]
        found.body, found.version, found.autosave = body, found.version + 1, found.autosave + 1
        found.updated = self.local_now()

    def listed(self) -> list[StormDiagram]:
        """Список как его видят: недавно изменённые первыми."""
        return sorted(self.diagrams.values(), key=lambda each: (each.updated, each.id), reverse=True)
