"""Рабочий календарь портала и справочники, на которые ссылаются анкеты."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Рабочее время в записи портала: часы `9` или `9.30`, праздники `день.месяц` через запятую."""

    start: str = "9"
    end: str = "18"
    week_holidays: tuple[str, ...] = ("SA", "SU")
    year_holidays: str = "1.01,2.01,7.01,23.02,8.03,1.05,9.05,12.06,4.11"
    year_workdays: str = ""


@dataclass(frozen=True, slots=True)
class ListElement:
    """Элемент универсального списка."""

    id: int
    iblock: int
    name: str
