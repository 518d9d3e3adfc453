"""Что удалось узнать о задаче. Чего не узнали, о том сказано почему: молчание части — не «нет»."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from exchanger.domain.event import Event
from exchanger.domain.reconcile import EngineSays
from exchanger.domain.task import ExternalTask, Snapshot
from exchanger.engine.past import LogEntry, PastInstance


@dataclass(frozen=True, slots=True)
class TaskFacts:
    """Внешняя задача. `task` — живая; `objects` None — систему не спросили (причина в `silent`).

    `served` — тему обслуживает эта установка; `element` — имя элемента диаграммы, `next` — что за ним.
    """

    id: str
    topic: str
    system: str
    served: bool
    says: EngineSays
    task: ExternalTask | None
    log: tuple[LogEntry, ...]
    events: tuple[Event, ...]
    objects: tuple[Snapshot, ...] | None
    dead_letters: tuple[str, ...] = ()
    paused: bool = False
    element: str = ""
    next: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """Экземпляр процесса, его внешние задачи и где он стоит сейчас (имена элементов)."""

    instance: PastInstance | None
    tasks: tuple[TaskFacts, ...]
    standing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """Ответ на вопрос: что нашлось; `now` — часы движка (или этой машины), `silent` — кто не ответил и почему."""

    asked: str
    found: tuple[InstanceFacts, ...]
    now: datetime
    silent: tuple[str, ...] = field(default=())
