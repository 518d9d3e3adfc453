"""План задачи: всё решённое, но ещё не в полях портала. Шаблон меняет план, поля его выражают."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from exchanger.domain.errors import Reject
from exchanger.systems.bitrix24 import wording
from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.content.gather import Content
from exchanger.systems.bitrix24.content.template import Template
from exchanger.systems.bitrix24.custom_fields import RESULT_ANSWER
from exchanger.systems.bitrix24.deadlines import Dates, dates, portal_zone
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
    dates: Dates
    group_id: int | None
    tags: tuple[str, ...]
    crm: tuple[str, ...]
    control: bool
    params: CreateTaskParams
    predecessors: tuple[int, ...] = ()
    flags: Mapping[str, str] = field(default_factory=dict)


def draw_plan(
    params: CreateTaskParams,
    content: Content,
    team: Team,
    options: BitrixOptions,
    capabilities: Capabilities,
    time: PortalClock,
) -> TaskPlan:
    """Свести заданное элементом, шаблон и процесс; `Reject` — портал не сможет принять ожидаемый ответ."""
    if params.result_expected and not capabilities.has(RESULT_ANSWER):
        raise Reject(
            f"Битрикс24: диаграмма ждёт ответа (UF_RESULT_EXPECTED), а поля {RESULT_ANSWER} на портале нет.",
            remedy=f"создайте у задач списочное поле {RESULT_ANSWER} (ДА, НЕТ) или уберите UF_RESULT_EXPECTED.",
        )
    template, given = content.template or Template(), params.given
    when = dates(params, content, portal_zone(options, capabilities, time), time.now())
    priority = params.priority if params.priority is not None else template.priority
    return TaskPlan(
        title=_title(params, template),
        description=_description(params, content, options, overdue=_overdue(when.deadline, time.now())),
        team=team,
        priority=options.default_priority if priority is None else priority,
        dates=when,
        group_id=_group(params, content, template),
        tags=params.tags if "tags" in given else template.tags,
        crm=params.crm or template.crm,
        control=params.control if "control" in given else template.flags.get("TASK_CONTROL") == "Y",
        params=params,
        predecessors=content.predecessors,
        flags=_flags(params, template),
    )


def _flags(params: CreateTaskParams, template: Template) -> Mapping[str, str]:
    """Признаки шаблона и элемента; трудозатраты элемента включают учёт времени: без него портал их не показывает."""
    tracking = True if params.time_tracking is None and params.time_estimate is not None else params.time_tracking
    own = {"ALLOW_TIME_TRACKING": tracking, "ALLOW_CHANGE_DEADLINE": params.allow_change_deadline}
    flags = {name: value for name, value in template.flags.items() if name != "TASK_CONTROL"}
    flags |= {name: "Y" if value else "N" for name, value in own.items() if value is not None}
    return flags if params.time_estimate is None else {**flags, "TIME_ESTIMATE": str(params.time_estimate)}


def _group(params: CreateTaskParams, content: Content, template: Template) -> int | None:
    """Номер элемента, затем его же название, шаблон, процесс."""
    if content.group.fault:
        raise Reject(f"Битрикс24: {content.group.fault}.", remedy="укажите элементу groupId — номер группы на портале.")
    if "group_id" in params.given:
        return params.group_id
    return content.group.id or template.group_id or params.group_id


def _title(params: CreateTaskParams, template: Template) -> str:
    return wording.title(params.title if "title" in params.given else template.title or params.title)


def _description(params: CreateTaskParams, content: Content, options: BitrixOptions, *, overdue: bool) -> str:
    """Описание элемента или шаблона, без них — название; затем блоки."""
    of_template = "" if content.template is None else content.template.description
    bare = "" if content.template is not None else wording.title(params.title)
    body = params.description or of_template or bare
    return wording.description(body, content.blocks, options.max_description_length, overdue=overdue)


def _overdue(deadline: datetime | None, now: datetime) -> bool:
    return deadline is not None and deadline < now
