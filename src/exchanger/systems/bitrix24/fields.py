"""Поля tasks.task.add по плану: только те, что есть на этом портале."""

from __future__ import annotations

from collections.abc import Iterator

from exchanger.domain.key import Key
from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.custom_fields import (
    ELEMENT_ID,
    PROCESS_INSTANCE_ID,
    RESULT_EXPECTED,
    RESULT_QUESTION,
)
from exchanger.systems.bitrix24.key_filter import RAW_ID, XML_ID
from exchanger.systems.bitrix24.moments import show
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.systems.bitrix24.plan import TaskPlan

_DATES_FROM_SUBTASKS, _COMPLETE_WITH_SUBTASKS, _RESULT_REQUIRED = 1, 2, 3  # codes of SE_PARAMETER
_FINISH_START = 2
_EMPTY: tuple[object, ...] = (None, "", [])


def task_fields(plan: TaskPlan, key: Key, capabilities: Capabilities) -> dict[str, object]:
    """Поля запроса; незаданные не передаются."""
    fields = {**_card(plan), **_dates(plan), **_links(plan, capabilities), **_marks(plan, key, capabilities)}
    return {name: value for name, value in fields.items() if value not in _EMPTY}


def _card(plan: TaskPlan) -> dict[str, object]:
    team = plan.team
    return {
        "TITLE": plan.title,
        "DESCRIPTION": plan.description,
        "PRIORITY": plan.priority,
        "CREATED_BY": team.creator,
        "RESPONSIBLE_ID": team.responsible,
        "AUDITORS": list(team.auditors),
        "ACCOMPLICES": list(team.accomplices),
        "TAGS": list(plan.tags),
        "TASK_CONTROL": "Y" if plan.control else None,
        **plan.flags,
        "SE_PARAMETER": [{"CODE": code, "VALUE": "Y"} for code in _parameters(plan.params)],
    }


def _parameters(params: CreateTaskParams) -> Iterator[int]:
    chosen = {
        _DATES_FROM_SUBTASKS: params.dates_from_subtasks,
        _COMPLETE_WITH_SUBTASKS: params.complete_with_subtasks,
        _RESULT_REQUIRED: params.result_required,
    }
    return (code for code, wanted in chosen.items() if wanted)


def _dates(plan: TaskPlan) -> dict[str, object]:
    named = {
        "DEADLINE": plan.dates.deadline,
        "START_DATE_PLAN": plan.dates.start,
        "END_DATE_PLAN": plan.dates.end,
    }
    return {name: None if moment is None else show(moment) for name, moment in named.items()}


def _links(plan: TaskPlan, capabilities: Capabilities) -> dict[str, object]:
    parent, predecessors = plan.params.parent_task_id, list(plan.predecessors)
    return {
        "GROUP_ID": plan.group_id,
        "STAGE_ID": plan.params.stage_id,
        "FLOW_ID": plan.params.flow_id,
        "PARENT_ID": parent,
        "SUBORDINATE": None if parent is None else "Y",
        "UF_CRM_TASK": list(plan.crm),
        "SE_PROJECTDEPENDENCE": [{"DEPENDS_ON_ID": number, "TYPE": _FINISH_START} for number in predecessors],
        # The add-on links tasks itself; without it this plain list is all that REST documents.
        "DEPENDS_ON": [] if capabilities.addon else predecessors,
    }


def _marks(plan: TaskPlan, key: Key, capabilities: Capabilities) -> dict[str, object]:
    expected = plan.params.result_expected
    custom: dict[str, object] = {
        RAW_ID: key.task_id,
        # "1"/"0": PHP takes any non-empty text, "N" too, for true
        RESULT_EXPECTED: None if expected is None else str(int(expected)),
        RESULT_QUESTION: plan.params.result_question,
        ELEMENT_ID: plan.params.element_id,
        PROCESS_INSTANCE_ID: plan.params.process_instance_id,
    }
    return {XML_ID: str(key)} | {name: value for name, value in custom.items() if capabilities.has(name)}
