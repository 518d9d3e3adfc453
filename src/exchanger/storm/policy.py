"""Правила переноса: что известно о диаграмме помимо её тела и как поступать с тем, чего движок не исполнит."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class DiagramInfo:
    """Диаграмма StormBPMN; `fields` — прочие сведения для `custom:diagram` (имена — как в API)."""

    uuid: str
    name: str = ""
    version: str = ""
    status: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assignee:
    """Ответственный за элемент; `description` — HTML, в котором бывают чек-листы (§7.4)."""

    element_id: str
    name: str = ""
    id: str = ""
    description: str = ""


class Unmapped(StrEnum):
    """Как поступить с событием, которое движок исполнить не может."""

    KEEP = "keep"  # stays as drawn: an error of the report where the engine would refuse it
    DROP = "drop"  # removed, its neighbours joined
    TASK = "task"  # a person's task in its place
    MESSAGE = "message"  # waits for a message named <process key>.<element id>


@dataclass(frozen=True, slots=True)
class Policy:
    """Правила переноса; отображения `timers`, `messages`, `conditions`, `events` — по id элемента диаграммы.

    `topics` — топик по id элемента или по роду («userTask»). `timers` — длительность, дата или цикл ISO 8601 либо
    выражение `${…}`. `messages` — имя сообщения: ловящее событие его ждёт, бросающее шлёт по business key экземпляра.
    """

    topic: str = "bitrix_create_task"
    topics: Mapping[str, str] = field(default_factory=dict)
    history_ttl: str = "365"
    timers: Mapping[str, str] = field(default_factory=dict)
    messages: Mapping[str, str] = field(default_factory=dict)
    conditions: Mapping[str, str] = field(default_factory=dict)
    events: Mapping[str, Unmapped] = field(default_factory=dict)
    catches: Unmapped = Unmapped.TASK
    throws: Unmapped = Unmapped.TASK
    ends: Unmapped = Unmapped.DROP
    boundaries: Unmapped = Unmapped.MESSAGE

    def topic_of(self, element_id: str, kind: str) -> str:
        """Топик внешней задачи."""
        return self.topics.get(element_id) or self.topics.get(kind) or self.topic
