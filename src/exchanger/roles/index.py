"""Указатель наблюдателя: открытые обязательства в памяти. Строится заново из движка и системы при каждом старте."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Generic, TypeVar

from exchanger.domain.reconcile import Memory
from exchanger.domain.task import ExternalTask, ObjectRef

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_LONG_AGO = -1e12


@dataclass(frozen=True, slots=True)
class _Place:
    """Система и адрес вокруг номера объекта (`after` None — номера в адресе нет): у тысяч объектов они общие."""

    system: str
    before: str
    after: str | None


_place = lru_cache(maxsize=10_000)(_Place)


class Watched:
    """Обязательство: задача движка, объект (если уже известен) и память сверки; времена — `Clock.monotonic`."""

    __slots__ = ("_place", "answered", "answered_at", "checked", "missing_since", "object_id", "task")

    def __init__(self, task: ExternalTask, ref: ObjectRef | None = None) -> None:
        self.task = task
        self.ref = ref
        self.checked = -math.inf
        self.missing_since: float | None = None
        self.answered = 0
        self.answered_at: float | None = None

    @property
    def ref(self) -> ObjectRef | None:
        """Объект; хранится без повторов: открытых бывает сто тысяч."""
        place, number = self._place, self.object_id
        if place is None or number is None:
            return None
        link = place.before if place.after is None else f"{place.before}{number}{place.after}"
        return ObjectRef(place.system, number, link)

    @ref.setter
    def ref(self, ref: ObjectRef | None) -> None:
        self.object_id = None if ref is None else ref.id
        self._place: _Place | None = None if ref is None else _shared(ref)

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


def _shared(ref: ObjectRef) -> _Place:
    if not ref.id or ref.id not in ref.link:
        return _Place(ref.system, ref.link, None)
    before, _, after = ref.link.rpartition(ref.id)
    return _place(ref.system, before, after)


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
        if ref is not None:
            watched.ref = ref
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

    def hurried(self, limit: int) -> list[Watched]:
        """Те, кого просили проверить вне очереди; не проверенных ни разу здесь нет."""
        asked = [watched for watched in self._watched.values() if -math.inf < watched.checked <= _LONG_AGO]
        return asked[:limit]


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
