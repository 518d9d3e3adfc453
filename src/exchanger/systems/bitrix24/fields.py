"""Поля tasks.task.add по плану: только те, что есть на этом портале."""

from __future__ import annotations

from exchanger.domain.key import Key
from exchanger.systems.bitrix24.capabilities import Capabilities
from exchanger.systems.bitrix24.key_filter import RAW_ID, XML_ID
from exchanger.systems.bitrix24.moments import show
from exchanger.systems.bitrix24.plan import TaskPlan

RESULT_EXPECTED = "UF_RESULT_EXPECTED"
RESULT_QUESTION = "UF_RESULT_QUESTION"
ELEMENT_ID = "UF_ELEMENT_ID"
PROCESS_INSTANCE_ID = "UF_PROCESS_INSTANCE_ID"

_RESULT_REQUIRED = 3  # SE_PARAMETER code: the task can't be completed without a result
_EMPTY: tuple[object, ...] = (None, "", [])


def task_fields(plan: TaskPlan, key: Key, capabilities: Capabilities) -> dict[str, object]:
    """Поля запроса; незаданные не передаются."""
    fields = {**_card(plan), **_links(plan), **_marks(plan, key, capabilities)}
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
        "TAGS": list(plan.params.tags),
        "DEADLINE": None if plan.deadline is None else show(plan.deadline),
        "TASK_CONTROL": "Y" if plan.params.control else None,
        "SE_PARAMETER": [{"CODE": _RESULT_REQUIRED, "VALUE": "Y"}] if plan.params.result_required else None,
    }


def _links(plan: TaskPlan) -> dict[str, object]:
    parent = plan.params.parent_task_id
    return {
        "GROUP_ID": plan.params.group_id,
        "PARENT_ID": parent,
        "SUBORDINATE": None if parent is None else "Y",
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
