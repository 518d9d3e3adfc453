"""Записи стенда StormBPMN: диаграммы, вызовы, назначения."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5


@dataclass(frozen=True, slots=True)
class Call:
    """Вызов другой диаграммы элементом этой."""

    element_id: str
    target: str


@dataclass(frozen=True, slots=True)
class Edge:
    """Назначение ответственного; имя и номер бывают null и у настоящего."""

    element_id: str
    element_name: str = ""
    assignee_name: str | None = None
    assignee_id: str | None = None
    description: str | None = None
    duration: int | None = None

    @property
    def edge_id(self) -> str:
        """Номер назначения: один и тот же у одной и той же записи."""
        return str(uuid5(NAMESPACE_URL, f"edge/{self.element_id}/{self.assignee_id}/{self.assignee_name}"))


@dataclass(slots=True)
class StormDiagram:
    """Диаграмма. `updated` и `created` — местное время без пояса; `nulls` — поля, которые сервер отдаст как null."""

    id: str
    name: str
    body: str | None
    updated: datetime
    created: datetime
    status: str = "DONE"
    type: str = "BPMN"
    version: int = 1
    autosave: int = 0
    public: bool = False
    personal: bool = False
    description: str | None = None
    tags: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    nulls: set[str] = field(default_factory=set)
    forbidden: bool = False
