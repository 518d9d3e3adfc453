"""Что видно в движке между ходами: кого и чего процесс ждёт, и что он прошёл."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from exchanger.domain.task import Fetched


class Awaits(StrEnum):
    """Чего ждёт элемент."""

    EXTERNAL = "external"
    USER = "user"
    TIMER = "timer"
    MESSAGE = "message"
    SIGNAL = "signal"
    CONDITION = "conditional"


ANSWERED = frozenset({Awaits.EXTERNAL, Awaits.USER})
"""На это отвечает человек или служба."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Одно ожидание. `id` — чем на него отвечают: задача, задание таймера, исполнение; `event` — имя сообщения."""

    awaits: Awaits
    process: str
    element: str
    id: str
    instance: str
    event: str = ""
    task: Fetched | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """Положение: ожидания по порядку появления, идёт ли ещё что-нибудь, значения переменных условий."""

    waits: tuple[Wait, ...]
    running: bool
    values: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Visit:
    """Запись истории: элемент процесса, закончен ли, отменён ли."""

    process: str
    element: str
    kind: str
    instance: str
    finished: bool
    canceled: bool


@dataclass(frozen=True, slots=True)
class Incident:
    """Инцидент движка."""

    process: str
    element: str
    message: str


@dataclass(frozen=True, slots=True)
class UserTask:
    """Пользовательская задача движка, какой её увидит исполнитель."""

    id: str
    fields: Mapping[str, str]
