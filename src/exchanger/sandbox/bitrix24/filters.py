"""Фильтр tasks.task.list: разбор ключей, условия и отбор по индексам.

Незнакомые ключи и несуществующие UF_* молча пропускаются, как на портале: фильтр с опечаткой вернёт всё видимое.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.dates import EPOCH, parse
from exchanger.sandbox.bitrix24.fields import FIELDS, Kind
from exchanger.sandbox.bitrix24.model import Meta, Status, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from exchanger.sandbox.bitrix24.params import Params
    from exchanger.sandbox.bitrix24.portal import Portal

_KEY = re.compile(r"(?P<not>!?)(?P<op><=|>=|<|>|==|=|%|@|\?)?(?P<name>[A-Za-z_0-9:-]+)")
_SINGLE = {
    **{name: name for name, each in FIELDS.items() if each.kind in {Kind.NUMBER, Kind.TEXT, Kind.FLAG, Kind.MOMENT}},
    "REAL_STATUS": "STATUS",
}
_SINGLE.pop("DESCRIPTION")
_MULTIPLE: dict[str, Callable[[Task], Sequence[object]]] = {
    "ACCOMPLICE": lambda task: task.accomplices,
    "AUDITOR": lambda task: task.auditors,
    "MEMBER": lambda task: tuple(task.participants),
    "DEPENDS_ON": lambda task: task.depends_on,
    "TAG": lambda task: task.tags,
}
_LIKE_BY_DEFAULT = {"TITLE"}


@dataclass(frozen=True, slots=True)
class Condition:
    """Одно условие: поле, действие, отрицание, значения."""

    name: str
    operator: str
    negated: bool
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Условия, соединённые через И (или ИЛИ)."""

    parts: tuple[Condition | Group, ...]
    any_of: bool = False


def parse_filter(portal: Portal, raw: Params) -> Group:
    """Разбирает фильтр запроса; лишнее отбрасывает."""
    parts: list[Condition | Group] = []
    for key, value in raw.items():
        if key.upper().startswith("::SUBFILTER"):
            parts.append(parse_filter(portal, php.as_map(value)))
        elif (condition := _condition(portal, key, value)) is not None:
            parts.append(condition)
    return Group(tuple(parts), any_of=php.as_text(raw.get("::LOGIC")).upper() == "OR")


def _condition(portal: Portal, key: str, value: Any) -> Condition | None:
    found = _KEY.fullmatch(key)
    if found is None:
        return None
    name = found["name"].upper()
    if name in portal.faults.ignored_filters or not _known(portal, name):
        return None
    if isinstance(value, dict | list) and not value:
        return None  # an empty list of values is a condition that the core drops
    values = tuple(php.as_text(item) for item in php.as_list(value)) or ("",)
    operator = found["op"] or ("%" if name in _LIKE_BY_DEFAULT else "=")
    return Condition(name, "=" if operator in {"==", "@"} else operator, bool(found["not"]), values)


def _known(portal: Portal, name: str) -> bool:
    if name.startswith("UF_"):
        return portal.user_fields.get(name) is not None
    return name in _SINGLE or name in _MULTIPLE or name in {"STATUS", "ONLY_ROOT_TASKS", "IM_CHAT_ID"}


def candidates(portal: Portal, group: Group) -> Sequence[int]:
    """Номера, среди которых надо искать: по лучшему из индексов или все по возрастанию."""
    if group.any_of:
        return portal.store.ids()
    sets = [found for part in group.parts if (found := _indexed(portal, part)) is not None]
    return min(sets, key=len, default=portal.store.ids())


def _indexed(portal: Portal, part: Condition | Group) -> Sequence[int] | None:
    if isinstance(part, Group) or part.negated:
        return None
    if part.name == "ID" and part.operator == "=":
        return sorted({number for value in part.values if portal.store.get(number := php.as_int(value)) is not None})
    if part.name == "ID" and part.operator in {">", ">="}:
        return portal.store.ids(above=php.as_int(part.values[0]) - (part.operator == ">="))
    if part.operator == "=" and (part.name == "XML_ID" or part.name.startswith("UF_")) and all(part.values):
        return portal.store.by_key(part.name, part.values)
    if part.name == "CHANGED_DATE" and part.operator in {">", ">="}:
        return portal.store.changed_since(_moment(portal, part.values[0]))
    return None


def matches(portal: Portal, group: Group, task: Task, user_id: int) -> bool:
    """Подходит ли задача под фильтр; пустой фильтр подходит всем."""
    if not group.parts:
        return True
    results = (
        matches(portal, part, task, user_id) if isinstance(part, Group) else _holds(portal, part, task, user_id)
        for part in group.parts
    )
    return any(results) if group.any_of else all(results)


def _holds(portal: Portal, condition: Condition, task: Task, user_id: int) -> bool:
    if condition.name == "ONLY_ROOT_TASKS":
        return not php.as_flag(condition.values[0]) or task.parent_id is None
    kind = FIELDS[_SINGLE[condition.name]].kind if condition.name in _SINGLE else Kind.TEXT
    actual = _actual(portal, condition.name, task, user_id)
    if kind is Kind.MOMENT:
        held = _moment_holds(portal, condition, actual[0] if actual else None)
    elif condition.operator in {"<", "<=", ">", ">="}:
        held = any(
            _compare(condition.operator, php.as_int(str(each)), php.as_int(condition.values[0])) for each in actual
        )
    elif condition.operator in {"%", "?"}:
        texts = [str(each).casefold() for each in actual]
        held = any(value.casefold() in text for value in condition.values for text in texts)
    else:
        held = _equal(condition.values, actual)
    return held != condition.negated


def _equal(values: tuple[str, ...], actual: Sequence[object]) -> bool:
    """Равенство по правилам MySQL портала: без учёта регистра; пустое значение - «не заполнено» или ноль."""
    texts = {str(each).casefold() for each in actual}
    return any((not texts or texts <= {"", "0"}) if not value else value.casefold() in texts for value in values)


def _actual(portal: Portal, name: str, task: Task, user_id: int) -> Sequence[Any]:
    if name == "STATUS":
        return (int(meta_status(portal, task, user_id)),)
    if name == "IM_CHAT_ID":
        return (task.chat_id,)
    if name in _MULTIPLE:
        return _MULTIPLE[name](task)
    value = task.user_fields.get(name) if name.startswith("UF_") else _plain(task, name)
    if isinstance(value, list):
        return value
    return () if value is None else (value,)


def _plain(task: Task, name: str) -> Any:
    value = getattr(task, FIELDS[_SINGLE[name]].attribute)
    if isinstance(value, bool):
        return "Y" if value else "N"
    return int(value) if isinstance(value, Status) else value


def meta_status(portal: Portal, task: Task, user_id: int) -> Status | Meta:
    """STATUS фильтра и subStatus ответа: просрочена, почти просрочена, не просмотрена или само состояние."""
    now, open_ = portal.now(), task.status not in {Status.AWAITS_CONTROL, Status.COMPLETED}
    if open_ and task.deadline is not None:
        if task.deadline < now:
            return Meta.OVERDUE
        if task.deadline < now + timedelta(days=1):
            return Meta.ALMOST_OVERDUE
    if task.status in {Status.NEW, Status.PENDING} and user_id not in task.viewed_by:
        return Meta.UNVIEWED
    return task.status


def _moment(portal: Portal, text: str) -> datetime:
    """Дата фильтра; неразобранная (например, `+` стал пробелом) - начало эпохи: подойдёт всё."""
    return parse(text, portal.build.server_zone) or EPOCH


def _moment_holds(portal: Portal, condition: Condition, actual: datetime | None) -> bool:
    if condition.values == ("",):
        return actual is None
    if actual is None:
        return False
    wanted = [_moment(portal, value) for value in condition.values]
    return any(_compare(condition.operator, actual.timestamp(), each.timestamp()) for each in wanted)


def _compare(operator: str, left: float, right: float) -> bool:
    match operator:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case _:
            return left == right
