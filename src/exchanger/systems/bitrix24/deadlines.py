"""Сроки задачи: ранний из заданных и шаблонных, с явным поясом; рабочее время — по календарю портала."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.content.gather import Content
from exchanger.systems.bitrix24.content.template import Schedule
from exchanger.systems.bitrix24.moments import in_zone
from exchanger.systems.bitrix24.pace import PortalClock
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.systems.bitrix24.settings import BitrixOptions


@dataclass(frozen=True, slots=True)
class Dates:
    """Крайний срок и плановые начало и конец."""

    deadline: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None


def dates(params: CreateTaskParams, content: Content, zone: tzinfo, now: datetime) -> Dates:
    """Сроки задачи; `now` — часы портала."""
    template = content.template
    inherited = Dates() if template is None else _of_template(template.schedule, content, now.astimezone(zone))
    deadlines = [*_given(params, zone), *(() if inherited.deadline is None else (inherited.deadline,))]
    return Dates(min(deadlines, default=None), *_planned(params, inherited, content, zone))


def _of_template(schedule: Schedule, content: Content, begun: datetime) -> Dates:
    if schedule.work_time and content.calendar is None:
        content.remarks.add("рабочее время в сроках", "календарь портала не прочитан (право calendar): срок — по часам")

    def after(span: timedelta | None) -> datetime | None:
        return None if span is None else _after(begun, span, content, work_time=schedule.work_time)

    return Dates(after(schedule.deadline), after(schedule.start), after(schedule.end))


def _planned(
    params: CreateTaskParams, inherited: Dates, content: Content, zone: tzinfo
) -> tuple[datetime | None, datetime | None]:
    """Плановые начало и завершение: заданное элементом сильнее шаблона; завершения раньше начала портал не примет."""
    start = inherited.start if params.planned_start is None else in_zone(params.planned_start, zone)
    end = inherited.end if params.planned_end is None else in_zone(params.planned_end, zone)
    if start is None or end is None or start <= end:
        return start, end
    if params.planned_start is None and params.planned_end is not None:
        content.remarks.add("плановое начало", "в шаблоне оно позже заданного элементом завершения")
        return None, end
    content.remarks.add("плановое завершение", "оно раньше планового начала: портал такой задачи не примет")
    return start, None


def _given(params: CreateTaskParams, zone: tzinfo) -> Iterator[datetime]:
    """Сроки элемента и процесса; без смещения — в поясе портала."""
    for moment in (params.deadline, params.process_deadline):
        if moment is not None:
            yield in_zone(moment, zone)


def _after(begun: datetime, span: timedelta, content: Content, *, work_time: bool) -> datetime:
    """Секунды идут и через перевод часов, поэтому считаются по UTC; рабочие дни — по местным часам."""
    if work_time and content.calendar is not None:
        return content.calendar.after(begun, span)
    return (begun.astimezone(UTC) + span).astimezone(begun.tzinfo)


def portal_zone(options: BitrixOptions, capabilities: Capabilities, time: PortalClock) -> tzinfo:
    """Пояс дат без смещения: из настройки, иначе владельца вебхука, иначе сервера портала."""
    for name in (options.time_zone, capabilities.owner.time_zone):
        if name:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                continue
    return timezone(time.offset) if time.offset is not None else UTC
