"""Указатель наблюдателя: открытые обязательства в памяти. Строится заново из движка и системы при каждом старте."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from exchanger.domain.reconcile import Memory
from exchanger.domain.task import ExternalTask, ObjectRef

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_LONG_AGO = -1e12


@dataclass(slots=True)
class Watched:
    """Обязательство: задача движка, объект (если уже известен) и память сверки; времена — `Clock.monotonic`."""

    task: ExternalTask
    ref: ObjectRef | None = None
    checked: float = -math.inf
    missing_since: float | None = None
    answered: int = 0
    answered_at: float | None = None

    def memory(self, now: datetime, monotonic: float) -> Memory:
        """Память для сверки: прошедшее отсчитано нашими часами, чтобы перевод часов движка его не изменил."""

        def by_engine(moment: float | None) -> datetime | None:
            return None if moment is None else now - timedelta(seconds=monotonic - moment)

        return Memory(by_engine(self.missing_since), self.answered, by_engine(self.answered_at))

    def hurry(self) -> None:
        """Проверить вне очереди, но после тех, кого ещё не проверяли ни разу."""
        self.checked = min(self.checked, _LONG_AGO)

    def look_again(self) -> None:
        """Проверить вне очереди, целиком и как впервые: прежние исходы задачу не закончили."""
        self.checked, self.answered, self.answered_at = -math.inf, 0, None


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
    def missing(self) -> set[str]:
        """Внешние задачи, объектов которых не видно."""
        return {task_id for task_id, watched in self._watched.items() if watched.missing_since is not None}

    def drop(self, task_id: str) -> None:
        """Обязательства больше нет."""
        self._watched.pop(task_id, None)

    def due(self, before: float, limit: int) -> list[Watched]:
        """Те, кого в системе не проверяли дольше всего (раньше `before`); новые и неизвестные — первыми."""
        late = [watched for watched in self._watched.values() if watched.checked < before]
        return sorted(late, key=lambda watched: watched.checked)[:limit]


class Recent(Generic[K, V]):
    """Память о последних: не больше `most` записей, старейшая уступает место."""

    def __init__(self, most: int = 10_000) -> None:
        self._most = most
        self._kept: OrderedDict[K, V] = OrderedDict()

    def __contains__(self, key: K) -> bool:
        return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """Запись, если её ещё помнят."""
        return self._kept.get(key)

    def put(self, key: K, value: V) -> None:
        """Запомнить как последнее."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)

    def items(self) -> list[tuple[K, V]]:
        """Все записи, старейшая первой."""
        return list(self._kept.items())

    def pop(self, key: K) -> V | None:
        """Забыть и вернуть."""
        return self._kept.pop(key, None)
