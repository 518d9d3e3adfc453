"""Из заявки — параметры задачи: что задали элемент и процесс. С шаблоном их сводит план."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from exchanger.connect import Found, Sources
from exchanger.domain.errors import Reject
from exchanger.domain.task import Order
from exchanger.systems.bitrix24.custom_fields import RESULT_ANSWERS
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.systems.bitrix24.readers import person
from exchanger.systems.bitrix24.settings import BitrixOptions

NOBODY = (
    "добавьте элементу свойство responsible или responsibleEmail, передайте переменную startedBy, назовите исполнителя "
    "в шаблоне либо задайте BITRIX_DEFAULT_RESPONSIBLE_ID"
)

_REMEDY = "исправьте диаграмму или переменные процесса и повторите задачу."


def prepare(order: Order, options: BitrixOptions) -> CreateTaskParams:
    """Параметры заявки; `Reject` перечисляет все ошибки сразу и говорит, где они."""
    found = dict(_collect(Sources(order)))
    faults = [fault for each in found.values() for fault in _expression(each)]
    values = {name: each.value for name, each in found.items() if not list(_expression(each))}
    try:
        params = CreateTaskParams.model_validate(values | _always(order, found))
    except ValidationError as error:
        faults += _explained(error, found)
    else:
        if not faults:
            return params
    if not _anyone(found, options):  # a template may name somebody: alone this is not yet a mistake
        faults.append(f"исполнитель не задан: {NOBODY}")
    listed = "; ".join(faults)
    raise Reject(f"Задачу Битрикс24 нельзя поставить ({order.task.activity_id}): {listed}.", remedy=_REMEDY)


def _collect(sources: Sources) -> Iterator[tuple[str, Found]]:
    given, variable, process = sources.given, sources.variable, sources.process_property
    people = ("responsible", "responsibleEmail")
    # The names with «task» are those of the form: a field left empty there must not hide a process variable.
    chosen = {
        "title": given("title"),
        "description": given("description"),
        "responsible": given(*people, "taskResponsible") or variable(*people),
        "assignee": _lenient(given("assigneeId")),
        "initiator": _lenient(variable("startedBy")),
        "creator": given("creator", "creatorEmail", "taskCreator") or variable("creator") or _unless_started(sources),
        "deadline": given("deadline", "taskDeadline"),
        "process_deadline": variable("deadline"),
        "planned_start": given("plannedStart"),
        "planned_end": given("plannedEnd"),
        "time_estimate": given("timeEstimate"),
        "time_tracking": given("timeTracking"),
        "allow_change_deadline": given("allowChangeDeadline"),
        "dates_from_subtasks": given("datesFromSubtasks"),
        "complete_with_subtasks": given("completeWithSubtasks"),
        "priority": given("priority"),
        "group_id": given("groupId", "taskGroup") or variable("groupId") or process("groupId"),
        "group": given("group"),
        "parent_task_id": given("parentTaskId", "taskParent") or variable("parentTaskId"),
        "auditors": given("auditors") or _lenient(variable("diagramOwner") or process("diagramOwner")),
        "accomplices": given("accomplices"),
        "supervisor_as": given("supervisorAs"),
        "tags": given("tags"),
        "control": given("control", "TASK_CONTROL"),
        "result_required": given("resultRequired"),
        "result_expected": given("UF_RESULT_EXPECTED"),
        "result_question": given("UF_RESULT_QUESTION"),
        "result_answers": given(RESULT_ANSWERS),
        "template_id": given("templateId"),
        "stage_id": given("stageId"),
        "flow_id": given("flowId"),
        "crm": given("crm", "UF_CRM_TASK"),
        "files": given("files"),
        "checklists": given("checklists"),
        "predecessors": given("predecessors"),
        "questionnaires": given("questionnaires"),
    }
    return ((name, found) for name, found in chosen.items() if found is not None)


def _unless_started(sources: Sources) -> Found | None:
    """Свойство originatorId диаграммы — постановщик, только когда неизвестно, кто запустил процесс."""
    if _lenient(sources.variable("startedBy")) is not None:
        return None
    return _lenient(sources.process_property("originatorId"))


def _lenient(found: Found | None) -> Found | None:
    """Значения прежних диаграмм, которые бывают и не про портал (логин Camunda, id StormBPMN): чужие пропускаются."""
    try:
        return None if found is None or not person(found.value) else found
    except ValueError:
        return None


def _always(order: Order, found: Mapping[str, Found]) -> dict[str, object]:
    task = order.task
    always: dict[str, object] = {
        "element_id": task.activity_id,
        "process_instance_id": task.process_instance_id,
        "process_key": task.process_definition_key,
        "given": frozenset(name for name, each in found.items() if each.own),
        "variables": {name: variable.value for name, variable in order.variables.items()},
    }
    if "title" not in found:
        always["title"] = order.metadata.activity_name.strip() or f"Задача из Camunda процесса ({task.topic})"
    return always


def _anyone(values: Mapping[str, Found], options: BitrixOptions) -> bool:
    named = any(name in values for name in ("responsible", "assignee", "initiator"))
    return named or options.default_responsible_id is not None


def _expression(each: Found) -> Iterator[str]:
    if isinstance(each.value, str) and "${" in each.value:
        yield f"{each.where}: выражение ${{…}} движок вычисляет только во входных параметрах — перенесите его туда"


def _explained(error: ValidationError, found: Mapping[str, Found]) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_input=False):
        name = str(fault["loc"][0])
        where = found[name].where if name in found else name
        reason = fault.get("ctx", {}).get("error")
        yield f"{where}: {reason or 'значение не подходит'}"
