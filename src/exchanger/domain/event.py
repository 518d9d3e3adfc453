"""Событие: что произошло с задачей. Для людей (журнал, трасса); работа берёт из него только подсказки (`HINT`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    """Шаги пути задачи."""

    APPEARED = "appeared"
    ORDERED = "ordered"
    CREATED = "created"
    ADOPTED = "adopted"
    MADE = "made"
    ANSWERED = "answered"
    SETTLED = "settled"
    GONE = "gone"
    FAILED = "failed"
    INCIDENT = "incident"
    DEAD_LETTER = "dead_letter"
    NOTICE = "notice"
    REMARK = "remark"
    HINT = "hint"
    SYSTEM_DOWN = "system_down"
    SYSTEM_UP = "system_up"


@dataclass(frozen=True, slots=True)
class Event:
    """Событие: род, время, задача, система и поля без персональных данных."""

    kind: EventKind
    at: datetime
    system: str
    task_id: str = ""
    process_instance_id: str = ""
    fields: Mapping[str, str | int | float | bool | None] = field(default_factory=dict)
