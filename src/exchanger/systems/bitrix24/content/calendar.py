"""Рабочее время портала: часы, выходные, праздники и рабочие дни года."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from exchanger.systems.bitrix24.batch import Command
from exchanger.systems.bitrix24.content.remarks import Answer, Remarks, refusal
from exchanger.systems.bitrix24.envelope import Envelope
from exchanger.systems.bitrix24.foreign import Row, as_map, as_text
from exchanger.systems.bitrix24.kept import Kept

_GET = "calendar.settings.get"
_DAY = timedelta(days=1)
_WEEK = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_LONGEST = 3660
"""Дней, на которые хватит терпения искать рабочий: календарь без рабочих дней не подвесит процесс."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Рабочие часы одного дня; `days_off` — дни недели (понедельник — 0), остальное — (день, месяц)."""

    start: time = time(9)
    end: time = time(18)
    days_off: frozenset[int] = frozenset({5, 6})
    holidays: frozenset[tuple[int, int]] = frozenset()
    workdays: frozenset[tuple[int, int]] = frozenset()

    def works(self, day: datetime) -> bool:
        """Рабочий ли это день."""
        named = (day.day, day.month)
        return named in self.workdays or (day.weekday() not in self.days_off and named not in self.holidays)

    def after(self, begun: datetime, span: timedelta) -> datetime:
        """Момент через `span` рабочего времени: сутки — рабочий день, остаток — рабочие часы. Пояс — у `begun`."""
        zone, moment = begun.tzinfo, self._opened(begun.replace(tzinfo=None))
        for _ in range(span.days):
            moment = self._next_day(moment, moment.time())
        left = span - _DAY * span.days
        while (today := datetime.combine(moment, self.end) - moment) < left:
            left -= today
            moment = self._next_day(moment, self.start)
        return (moment + left).replace(tzinfo=zone)

    def _opened(self, moment: datetime) -> datetime:
        """Этот момент, если он рабочий, иначе начало ближайшего рабочего времени."""
        if not self.works(moment) or moment.time() >= self.end:
            return self._next_day(moment, self.start)
        return max(moment, datetime.combine(moment, self.start))

    def _next_day(self, moment: datetime, at: time) -> datetime:
        day = moment
        for _ in range(_LONGEST):
            day += _DAY
            if self.works(day):
                break
        return datetime.combine(day, at)


def read_calendar(row: Row) -> WorkCalendar | None:
    """Календарь из настроек портала; None — в нём нет рабочего времени."""
    start, end = _clock(row.get("work_time_start")), _clock(row.get("work_time_end"))
    raw = row.get("week_holidays")
    names = raw if isinstance(raw, list) else re.findall("[A-Z]{2}", as_text(raw))
    off = frozenset(_WEEK.index(name) for each in names if (name := as_text(each).upper()) in _WEEK)
    if start is None or end is None or start >= end or len(off) == len(_WEEK):
        return None
    return WorkCalendar(start, end, off, _days(row.get("year_holidays")), _days(row.get("year_workdays")))


def _clock(raw: object) -> time | None:
    """Час: `9`, `9.30`, `09:30`; конец суток `24` — последняя минута."""
    found = re.fullmatch(r"(\d{1,2})(?:[.:](\d{1,2}))?", as_text(raw).strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if (hour, minute) == (24, 0):
        return time(23, 59)
    return time(hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004 - a clock


def _days(raw: object) -> frozenset[tuple[int, int]]:
    """Дни года: `1.01,2.01`."""
    return frozenset((int(day), int(month)) for day, month in re.findall(r"(\d{1,2})\.(\d{1,2})", as_text(raw)))


@dataclass(slots=True)
class CalendarSource:
    """Чтение календаря; `wanted` — нужен ли он этой задаче (станет известно с шаблоном)."""

    allowed: bool
    wanted: Callable[[], bool]
    kept: Kept[str, WorkCalendar]
    remarks: Remarks
    _answered: bool = field(default=False)

    @property
    def calendar(self) -> WorkCalendar | None:
        """Календарь, если он прочитан."""
        return self.kept.get("")

    def needs(self) -> Mapping[str, Command]:
        """Календарь, если он нужен и не известен."""
        ask = self.wanted() and self.allowed and not self._answered and self.calendar is None
        return {"calendar": Command(_GET, {})} if ask else {}

    def take(self, _: str, answer: Answer) -> None:
        """Принять ответ."""
        self._answered = True
        said = refusal(answer, _GET)
        found = read_calendar(as_map(answer.result)) if isinstance(answer, Envelope) else None
        if found is None:
            self.remarks.add("рабочее время в сроках", said or "в календаре портала нет рабочих часов")
        else:
            self.kept.put("", found)
