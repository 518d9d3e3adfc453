"""Хранилище задач с индексами: номер, внешние ключи, время изменения."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from exchanger.sandbox.bitrix24.model import Task

_SLACK = 1000  # stale entries of the time index that are not worth a rebuild


@dataclass(slots=True)
class TaskStore:
    """Задачи в памяти. После любой правки задачи вызывается `touch`, иначе индексы отстанут."""

    tasks: dict[int, Task] = field(default_factory=dict)
    _ids: list[int] = field(default_factory=list)
    _changed: list[tuple[float, int]] = field(default_factory=list)
    _keys: dict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    _keys_of: dict[int, list[tuple[str, str]]] = field(default_factory=dict)

    def put(self, task: Task) -> None:
        """Добавляет новую задачу (номера только растут)."""
        self.tasks[task.id] = task
        self._ids.append(task.id)
        self.touch(task)

    def touch(self, task: Task) -> None:
        """Обновляет индексы после правки."""
        insort(self._changed, (task.changed_date.timestamp(), task.id))
        if len(self._changed) > 2 * len(self.tasks) + _SLACK:
            self._changed = sorted((each.changed_date.timestamp(), each.id) for each in self.tasks.values())
        self._drop_keys(task.id)
        keys = [(name, value.casefold()) for name, value in _external_keys(task)]
        for key in keys:
            self._keys[key].add(task.id)
        self._keys_of[task.id] = keys

    def remove(self, task_id: int) -> None:
        """Удаляет задачу."""
        del self.tasks[task_id]
        del self._ids[bisect_left(self._ids, task_id)]
        self._drop_keys(task_id)

    def _drop_keys(self, task_id: int) -> None:
        for key in self._keys_of.pop(task_id, ()):
            self._keys[key].discard(task_id)
            if not self._keys[key]:
                del self._keys[key]

    def get(self, task_id: int) -> Task | None:
        """Задача по номеру."""
        return self.tasks.get(task_id)

    def ids(self, *, above: int | None = None) -> list[int]:
        """Номера по возрастанию, при желании только больше данного."""
        return self._ids if above is None else self._ids[bisect_right(self._ids, above) :]

    def by_key(self, name: str, values: Iterable[str]) -> list[int]:
        """Задачи с таким значением XML_ID или UF_*; регистр не различается, как в MySQL портала."""
        found: set[int] = set()
        for value in values:
            found |= self._keys.get((name, value.casefold()), set())
        return sorted(found)

    def changed_since(self, moment: datetime) -> list[int]:
        """Задачи, изменённые в этот миг или позже."""
        start = bisect_left(self._changed, (moment.timestamp(), 0))
        return sorted({task_id for _, task_id in self._changed[start:] if task_id in self.tasks})


def _external_keys(task: Task) -> list[tuple[str, str]]:
    keys = [("XML_ID", task.xml_id)] if task.xml_id else []
    for name, value in task.user_fields.items():
        keys += [(name, str(item)) for item in (value if isinstance(value, list) else [value]) if item is not None]
    return keys
