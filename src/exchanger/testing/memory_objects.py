"""Объекты системы в памяти: что видит и делает в ней человек, и сбои по заказу теста."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from exchanger.connect import Notice
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectState
from exchanger.ports import Clock


@dataclass(slots=True)
class MemoryObject:
    """Объект: ключ лежит в поле, по которому ищут; `sequence` — место в ленте изменений."""

    id: str
    key: str
    title: str
    created: datetime
    changed: datetime
    sequence: int
    state: ObjectState = ObjectState.OPEN
    answer: str = ""
    hidden: bool = False
    whole: bool = False
    overdue: bool = False
    notices: list[Notice] = field(default_factory=list)
    reopened: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Late:
    """Создание, которое выполнится позже: вызвавший уже не ждёт."""

    due: float
    key: str
    title: str


def _no_fault(_call: str) -> None:
    """Сбоев нет."""


@dataclass(slots=True)
class MemoryObjects:
    """Хранилище; его методы — действия людей.

    Сбои: `before(call)` и `after(call)` бросают ошибку до или после действия (`call` — имя метода операции);
    `search_lag` — поиск по ключу не видит объект моложе этого срока; `late` — создание теряет ответ и выполняется через
    этот срок; `ignores_filter` — поиск отдаёт всё подряд; `can_reopen=False` — отклонённое не возобновить;
    `can_end=False` — отменённое не закрыть и не удалить.
    `creates` — сколько объектов сделано по каждому ключу, `calls` — сколько раз звали каждый метод.
    """

    clock: Clock
    search_lag: timedelta = timedelta()
    late: timedelta | None = None
    ignores_filter: bool = False
    can_reopen: bool = True
    can_end: bool = True
    before: Callable[[str], None] = _no_fault
    after: Callable[[str], None] = _no_fault
    creates: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    _objects: dict[str, MemoryObject] = field(default_factory=dict)
    _late: list[_Late] = field(default_factory=list)
    _numbers: count[int] = field(default_factory=lambda: count(1))
    _sequence: int = 0

    @property
    def all(self) -> list[MemoryObject]:
        """Все объекты, скрытые тоже."""
        self._mature()
        return list(self._objects.values())

    @property
    def visible(self) -> list[MemoryObject]:
        """Объекты, которые видит учётная запись Exchanger."""
        return [found for found in self.all if not found.hidden]

    @property
    def sequence(self) -> int:
        """Конец ленты изменений."""
        self._mature()
        return self._sequence

    def of(self, task_id: str) -> list[MemoryObject]:
        """Объекты внешней задачи."""
        return [found for found in self.all if (key := Key.parse(found.key)) is not None and key.task_id == task_id]

    def get(self, object_id: str) -> MemoryObject | None:
        """Объект по номеру, если он есть и виден."""
        self._mature()
        found = self._objects.get(object_id)
        return None if found is None or found.hidden else found

    def add(self, key: str, title: str = "") -> MemoryObject:
        """Создать объект: и программа, и человек, и чужая установка делают это так."""
        now = self.clock.now()
        made = MemoryObject(str(next(self._numbers)), key, title, now, now, 0)
        self._objects[made.id] = made
        self.creates[key] += 1
        self.touch(made)
        return made

    def add_late(self, key: str, title: str, after: timedelta) -> None:
        """Создать объект через `after`: запрос ещё выполняется у системы."""
        self._late.append(_Late(self.clock.monotonic() + after.total_seconds(), key, title))

    def finish(self, object_id: str, answer: str = "") -> None:
        """Человек выполнил."""
        found = self._objects[object_id]
        found.state, found.answer = ObjectState.FINISHED, answer
        self.touch(found)

    def refuse(self, object_id: str) -> None:
        """Человек отказался."""
        self._objects[object_id].state = ObjectState.REFUSED
        self.touch(self._objects[object_id])

    def reopen(self, object_id: str) -> None:
        """Человек вернул объект в работу."""
        self._objects[object_id].state = ObjectState.OPEN
        self.touch(self._objects[object_id])

    def delete(self, object_id: str) -> None:
        """Человек удалил объект; в ленте изменений удаления не видно."""
        del self._objects[object_id]

    def hide(self, object_id: str, *, hidden: bool = True) -> None:
        """Скрыть объект от учётной записи Exchanger или показать снова; в ленте изменений этого не видно."""
        self._objects[object_id].hidden = hidden

    def twin(self, object_id: str) -> MemoryObject:
        """Второй открытый объект с тем же ключом: копия, которую сделал человек."""
        found = self._objects[object_id]
        return self.add(found.key, found.title)

    def touch(self, found: MemoryObject) -> None:
        """Объект изменился: в конец ленты."""
        self._sequence += 1
        found.sequence, found.changed = self._sequence, self.clock.now()

    def _mature(self) -> None:
        due = [late for late in self._late if late.due <= self.clock.monotonic()]
        for late in due:
            self._late.remove(late)
            made = self.add(late.key, late.title)
            made.created = self.clock.now() - timedelta(seconds=self.clock.monotonic() - late.due)
