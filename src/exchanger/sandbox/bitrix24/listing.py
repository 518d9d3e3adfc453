"""tasks.task.list: порядок, страница, подсчёт."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.errors import zero
from exchanger.sandbox.bitrix24.fields import FIELDS
from exchanger.sandbox.bitrix24.filters import candidates, matches, parse_filter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exchanger.sandbox.bitrix24.model import Task, User
    from exchanger.sandbox.bitrix24.params import Params
    from exchanger.sandbox.bitrix24.portal import Portal

PAGE = 50
NO_COUNT = -1
_ATTRIBUTES = {each.name: each.attribute for each in FIELDS.values() if each.sortable} | {"REAL_STATUS": "status"}


@dataclass(frozen=True, slots=True)
class Page:
    """Страница задач; total и next отсутствуют, если счёт отключён (start=-1)."""

    tasks: list[Task]
    total: int | None = None
    next: int | None = None


def page(portal: Portal, user: User, raw_filter: Params, raw_order: Params, start: int) -> Page:
    """Отбирает видимые задачи; без order - по убыванию номера."""
    order = _order(raw_order)
    found = _found(portal, user, raw_filter, descending=order == [("ID", True)])
    by_id = len(order) == 1 and order[0][0] == "ID"
    if start == NO_COUNT and by_id:
        return Page(list(islice(found, PAGE)))
    tasks = list(found)
    if not by_id:
        for name, descending in reversed(order):
            tasks.sort(key=lambda task: _sort_key(getattr(task, _ATTRIBUTES[name])), reverse=descending)
    if start == NO_COUNT:
        return Page(tasks[:PAGE])
    start = max(start, 0)
    after = start + PAGE
    return Page(tasks[start:after], len(tasks), after if after < len(tasks) else None)


def _found(portal: Portal, user: User, raw_filter: Params, *, descending: bool) -> Iterator[Task]:
    group, now = parse_filter(portal, raw_filter), portal.exact_now()
    ids = candidates(portal, group)
    for task_id in reversed(ids) if descending else ids:
        task = portal.store.tasks[task_id]
        if task.searchable_from <= now and matches(portal, group, task, user.id) and portal.sees(user, task):
            yield task


def _order(raw: Params) -> list[tuple[str, bool]]:
    order = [(name.upper(), php.as_text(way).lower().startswith("desc")) for name, way in raw.items()]
    if any(name not in _ATTRIBUTES for name, _ in order):
        raise zero("Invalid sorting key")
    return order or [("ID", True)]


def _sort_key(value: Any) -> tuple[bool, Any]:
    """Пустые - раньше всех, как NULL в MySQL."""
    if isinstance(value, datetime):
        return (True, value.timestamp())
    return (value is not None, value if value is not None else 0)
