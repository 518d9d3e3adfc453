"""Поля шаблона, одинаковые у модуля и у портала: числа строками, пустое — false, null, 0 или «»."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from exchanger.systems.bitrix24.content.template import Schedule
from exchanger.systems.bitrix24.foreign import Row, as_flag, as_int, as_text

_FLAGS = ("ALLOW_CHANGE_DEADLINE", "ALLOW_TIME_TRACKING", "MATCH_WORK_TIME", "ADD_IN_REPORT", "TASK_CONTROL")
_ESTIMATE = "TIME_ESTIMATE"


def positive(value: object) -> int | None:
    """Номер; ноль, пустое и чужое — нет номера."""
    number = as_int(value)
    return number if number is not None and number > 0 else None


def numbers(values: Iterable[object]) -> tuple[int, ...]:
    """Номера без повторов."""
    return tuple(dict.fromkeys(number for each in values if (number := positive(each)) is not None))


def priority(row: Row) -> int | None:
    """Важность, если она названа понятно."""
    number = as_int(row.get("PRIORITY"))
    return number if number in {0, 1, 2} else None


def schedule(row: Row) -> Schedule:
    """Сроки: секунды от постановки; 0 и пустое — срока нет."""
    return Schedule(
        _span(row.get("DEADLINE_AFTER")),
        _span(row.get("START_DATE_PLAN_AFTER")),
        _span(row.get("END_DATE_PLAN_AFTER")),
        as_flag(row.get("MATCH_WORK_TIME")),
    )


def _span(value: object) -> timedelta | None:
    seconds = positive(value)
    return None if seconds is None else timedelta(seconds=seconds)


def flags(row: Row) -> Mapping[str, str]:
    """Признаки, которые задача берёт из шаблона: только названные."""
    found = {name: "Y" for name in _FLAGS if as_flag(row.get(name))}
    estimate = positive(row.get(_ESTIMATE))
    return found if estimate is None else {**found, _ESTIMATE: str(estimate)}


def texts(values: Iterable[object]) -> tuple[str, ...]:
    """Непустые тексты без повторов."""
    return tuple(dict.fromkeys(text for each in values if (text := as_text(each).strip())))
