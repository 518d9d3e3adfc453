"""План задачи: всё решённое, но ещё не в полях портала. Сюда встанут шаблоны: они меняют план, поля его выражают."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from exchanger.domain.errors import Reject
from exchanger.systems.bitrix24 import wording
from exchanger.systems.bitrix24.answers import RESULT_ANSWER
from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.moments import in_zone
from exchanger.systems.bitrix24.pace import PortalClock
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.systems.bitrix24.team import Team


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """Задача, какой она должна стать."""

    title: str
    description: str
    team: Team
    priority: int
    deadline: datetime | None
    params: CreateTaskParams


def draw_plan(
    params: CreateTaskParams, team: Team, options: BitrixOptions, capabilities: Capabilities, time: PortalClock
) -> TaskPlan:
    """Решить названия, срок и важность; `Reject` — портал не сможет принять ожидаемый ответ."""
    if params.result_expected and not capabilities.has(RESULT_ANSWER):
        raise Reject(
            f"Битрикс24: диаграмма ждёт ответа (UF_RESULT_EXPECTED), а поля {RESULT_ANSWER} на портале нет.",
            remedy=f"создайте у задач списочное поле {RESULT_ANSWER} (ДА, НЕТ) или уберите UF_RESULT_EXPECTED.",
        )
    zone = portal_zone(options, capabilities, time)
    deadline = earliest(params, zone)
    overdue = deadline is not None and deadline < time.now()
    name = wording.title(params.title)
    return TaskPlan(
        title=name,
        description=wording.description(params.description or name, options.max_description_length, overdue=overdue),
        team=team,
        priority=options.default_priority if params.priority is None else params.priority,
        deadline=deadline,
        params=params,
    )


def earliest(params: CreateTaskParams, zone: tzinfo) -> datetime | None:
    """Ранний из сроков; без смещения — в поясе портала."""
    given = (params.deadline, params.process_deadline)
    return min((in_zone(moment, zone) for moment in given if moment is not None), default=None)


def portal_zone(options: BitrixOptions, capabilities: Capabilities, time: PortalClock) -> tzinfo:
    """Пояс дат без смещения: из настройки, иначе владельца вебхука, иначе сервера портала."""
    for name in (options.time_zone, capabilities.owner.time_zone):
        if name:
            try:
                return ZoneInfo(name)
            except (ZoneInfoNotFoundError, ValueError):
                continue
    return timezone(time.offset) if time.offset is not None else UTC
