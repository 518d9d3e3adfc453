"""Указатель наблюдателя: открытые обязательства в памяти. Строится заново из движка и системы при каждом старте."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from exchanger.connect import Notice
from exchanger.domain.reconcile import Memory
from exchanger.domain.task import ExternalTask, ObjectRef


@dataclass(slots=True)
class Watched:
    """Обязательство: задача движка, объект (если уже известен) и память сверки."""

    task: ExternalTask
    ref: ObjectRef | None = None
    checked: float = -math.inf
    missing_since: datetime | None = None
    answered: int = 0
    answered_at: datetime | None = None
    told: set[tuple[str, Notice]] = field(default_factory=set)

    @property
    def memory(self) -> Memory:
        """Память в виде, который понимает сверка."""
        return Memory(self.missing_since, self.answered, self.answered_at)


class Index:
    """Обязательства по id внешней задачи, в порядке последней проверки в системе."""

    def __init__(self) -> None:
        self._watched: dict[str, Watched] = {}

    def __len__(self) -> int:
        return len(self._watched)

    def __iter__(self) -> Iterator[Watched]:
        return iter(list(self._watched.values()))

    def get(self, task_id: str) -> Watched | None:
        """Обязательство задачи."""
        return self._watched.get(task_id)

    def put(self, task: ExternalTask, ref: ObjectRef | None = None) -> Watched:
        """Добавить или обновить; память сверки остаётся."""
        watched = self._watched.get(task.id)
        if watched is None:
            watched = self._watched[task.id] = Watched(task, ref)
        watched.task = task
        watched.ref = ref or watched.ref
        return watched

    @property
    def missing(self) -> int:
        """У скольких обязательств объекта не видно."""
        return sum(1 for watched in self._watched.values() if watched.missing_since is not None)

    def drop(self, task_id: str) -> None:
        """Обязательства больше нет."""
        self._watched.pop(task_id, None)

    def due(self, before: float, limit: int) -> list[Watched]:
        """Те, кого в системе не проверяли дольше всего (раньше `before`); новые и неизвестные — первыми."""
        late = [watched for watched in self._watched.values() if watched.checked < before]
        return sorted(late, key=lambda watched: watched.checked)[:limit]
