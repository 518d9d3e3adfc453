"""Фильтры списка пакетов: операторы по роду поля; чего нет — `400 InvalidQuery`, как у настоящего."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from exchanger.sandbox.openproject.errors import invalid_query
from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.model import Format, Principal, Project, WorkPackage

Test = Callable[[WorkPackage], bool]

_NO_FILTER = "Filters Invalid filter does not exist."
_STRING_OPERATORS = frozenset({"=", "!", "~", "!~"})


@dataclass(frozen=True, slots=True)
class Asked:
    """Кто и где спрашивает; `valid_subset` — негодные значения отбросить, а не отказать."""

    instance: Instance
    user: Principal
    project: Project | None
    valid_subset: bool = False


def parse(asked: Asked, raw: str | None) -> list[Test]:
    """Проверки из `filters`; не прислан вовсе — только открытые."""
    if raw is None:
        return [_status(asked, "o", [])]
    try:
        listed = [(name, body) for each in json.loads(raw) for name, body in each.items()]
        return [_one(asked, name, str(body["operator"]), list(body.get("values") or [])) for name, body in listed]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise invalid_query("Filters are not valid JSON.") from None


def _one(asked: Asked, name: str, operator: str, values: list[str]) -> Test:
    make = _BY_NAME.get(name) or (_custom(name) if name.startswith("customField") else None)
    if make is None:
        raise invalid_query(_NO_FILTER)
    test = make(asked, operator, values)
    return (lambda _: True) if name in asked.instance.faults.ignored_filters else test


def _status(asked: Asked, operator: str, values: list[str]) -> Test:
    statuses = asked.instance.statuses
    known: dict[str, Test] = {
        "*": lambda _: True,
        "o": lambda one: not statuses[one.status].closed,
        "c": lambda one: statuses[one.status].closed,
        "=": lambda one: str(one.status) in values,
        "!": lambda one: str(one.status) not in values,
    }
    return _known(known, operator)


def _id(asked: Asked, operator: str, values: list[str]) -> Test:
    """Несуществующий или невидимый номер — отказ всего запроса; с `valid_subset` он отбрасывается.

    Если отброшены все, фильтра как будто нет и отдаётся всё подряд (opf/openproject, запрос на слияние 20097).
    """
    packages = asked.instance.work_packages
    seen = [each for each in values if each.isdigit() and int(each) in packages]
    seen = [each for each in seen if asked.instance.sees(asked.user, packages[int(each)])]
    if len(seen) != len(values) and not asked.valid_subset:
        raise invalid_query("Filters Id filter has invalid values.")
    if not seen:
        return lambda _: True
    return _known({"=": lambda one: str(one.id) in seen, "!": lambda one: str(one.id) not in seen}, operator)


def _type(_: Asked, operator: str, values: list[str]) -> Test:
    return _known({"=": lambda one: str(one.type) in values, "!": lambda one: str(one.type) not in values}, operator)


def _updated(_: Asked, operator: str, values: list[str]) -> Test:
    if operator != "<>d":
        raise invalid_query("Filters Updated on operator is not supported by the stand-in.")
    first, last = ([*values, "", ""])[:2]
    after, before = _moment(first), _moment(last)
    return lambda one: (after is None or one.updated >= after) and (before is None or one.updated <= before)


def _custom(name: str) -> Callable[[Asked, str, list[str]], Test] | None:
    def make(asked: Asked, operator: str, values: list[str]) -> Test:
        field = next((each for each in asked.instance.custom_fields.values() if each.attribute == name), None)
        if field is None or not field.filterable or not _reachable(asked, field.id, for_all=field.for_all):
            raise invalid_query(_NO_FILTER)
        if field.format is not Format.STRING or operator not in _STRING_OPERATORS:
            raise invalid_query("Filters operator is not supported.")

        def shown(one: WorkPackage) -> str | None:
            kind, project = asked.instance.types[one.type], asked.instance.projects[one.project]
            active = any(each.id == field.id for each in asked.instance.fields_of(project, kind))
            value = one.custom.get(field.id) if active else None
            return None if value is None else str(value)

        tests: dict[str, Test] = {
            "=": lambda one: shown(one) in values,
            "!": lambda one: shown(one) not in values,
            "~": lambda one: any(each.lower() in (shown(one) or "").lower() for each in values),
            "!~": lambda one: not any(each.lower() in (shown(one) or "").lower() for each in values),
        }
        return tests[operator]

    return make


def _reachable(asked: Asked, field_id: int, *, for_all: bool) -> bool:
    """Вне проекта фильтр есть, только если поле для всех проектов."""
    return for_all or (asked.project is not None and field_id in asked.project.fields)


def _known(tests: dict[str, Test], operator: str) -> Test:
    if operator not in tests:
        raise invalid_query("Filters operator is not set to one of the allowed values.")
    return tests[operator]


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(str(text)) if text else None


_BY_NAME: dict[str, Callable[[Asked, str, list[str]], Test]] = {
    "status": _status,
    "status_id": _status,  # the name inside: what the converter does not know it passes on as it is
    "id": _id,
    "type": _type,
    "updatedAt": _updated,
}
