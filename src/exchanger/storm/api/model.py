"""Что StormBPMN говорит о диаграмме; контракт API не закреплён, поэтому неизвестно может быть всё, кроме id."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

_NOTHING: Mapping[str, str] = MappingProxyType({})


class Place(StrEnum):
    """Где лежит диаграмма."""

    TEAM = "team"
    PERSONAL = "personal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class DiagramCard:
    """Диаграмма в списке; `updated` — с поясом: местное время StormBPMN плюс заданный пояс. None — не сказано.

    `fields` — все непустые сведения под именами API, списки — в JSON.
    """

    id: str
    name: str = ""
    type: str = ""
    status: str = ""
    version: int | None = None
    updated: datetime | None = None
    public: bool | None = None
    place: Place = Place.UNKNOWN
    fields: Mapping[str, str] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Diagram:
    """Диаграмма с телом; `calls` — id элемента-вызова → UUID вызываемой диаграммы."""

    card: DiagramCard
    body: bytes
    autosave: int | None = None
    calls: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @property
    def digest(self) -> str:
        """SHA-256 тела: под ним оно лежит в архиве."""
        return hashlib.sha256(self.body).hexdigest()


@dataclass(frozen=True, slots=True)
class AssigneeEdge:
    """Назначение ответственного элементу (им бывает и участник, и вся схема взаимодействия).

    `description` — HTML; `record` — запись целиком, как её отдал StormBPMN (JSON).
    """

    element_id: str
    edge_id: str = ""
    assignee_id: str = ""
    assignee_name: str = ""
    element_name: str = ""
    description: str = ""
    record: str = "{}"


@dataclass(frozen=True, slots=True)
class NotAvailable:
    """Этот API ответственных не отдаёт: почему и что сделать, чтобы отдавал."""

    why: str
    remedy: str


Assignees = tuple[AssigneeEdge, ...] | NotAvailable
