"""Из заявки — параметры пакета: элемент сильнее переменной, переменная сильнее свойства процесса."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from exchanger.connect import Found, Sources
from exchanger.domain.errors import Reject
from exchanger.domain.task import Order
from exchanger.systems.openproject.params import CreateTaskParams

MILESTONE_TOPIC = "op_create_milestone"

_CUSTOM = "cf:"
_REMEDY = "исправьте диаграмму или переменные процесса и повторите задачу."


def prepare(order: Order) -> CreateTaskParams:
    """Параметры заявки; `Reject` перечисляет все ошибки сразу и говорит, где они."""
    sources = Sources(order)
    found = dict(_collect(sources))
    custom = sources.beginning(_CUSTOM)
    faults = [fault for each in (*found.values(), *custom.values()) for fault in _expression(each)]
    values = {name: each.value for name, each in found.items() if not list(_expression(each))}
    values |= _always(order, values)
    try:
        params = CreateTaskParams.model_validate(values)
    except ValidationError as error:
        faults += _explained(error, found)
    else:
        if not faults:
            named = {name: each.value for name, each in custom.items()}
            return params.model_copy(update={"custom": {**params.custom, **named}})
    listed = "; ".join(faults)
    raise Reject(f"Задачу OpenProject нельзя поставить ({order.task.activity_id}): {listed}.", remedy=_REMEDY)


def _collect(sources: Sources) -> Iterator[tuple[str, Found]]:
    # The names with «task» are those of the form: a field left empty there must not hide a process variable.
    given, variable = sources.given, sources.variable
    chosen = {
        "subject": given("subject", "title"),
        "description": given("description"),
        "project": given("project", "projectId")
        or variable("op_project_id", "projectId")
        or sources.process_property("op_project_id"),
        "type": given("type"),
        "status": given("status"),
        "priority": given("priority"),
        "assignee": given("assignee", "assigneeEmail", "taskAssignee") or variable("assignee", "assigneeEmail"),
        "responsible": given("responsible", "responsibleEmail", "taskResponsible")
        or variable("responsible", "responsibleEmail"),
        "parent": given("parent", "parentId") or variable("op_parent_id"),
        "start": given("startDate"),
        "due": given("dueDate", "deadline") or variable("deadline"),
        "on": given("date"),
        "duration": given("duration"),
        "estimated": given("estimatedTime"),
        "custom": given("customFields"),
        "watchers": given("watchers"),
        "relations": given("relations"),
        "attachments": given("attachments"),
        "comment": given("comment"),
        "notify": given("notify"),
    }
    return ((name, found) for name, found in chosen.items() if found is not None)


def _always(order: Order, values: Mapping[str, object]) -> dict[str, object]:
    always: dict[str, object] = {"milestone": order.task.topic.lower().startswith(MILESTONE_TOPIC)}
    if "subject" not in values:
        always["subject"] = order.metadata.activity_name.strip() or f"Задача процесса ({order.task.topic})"
    return always


def _expression(each: Found) -> Iterator[str]:
    if isinstance(each.value, str) and "${" in each.value:
        yield f"{each.where}: выражение ${{…}} движок вычисляет только во входных параметрах — перенесите его туда"


def _explained(error: ValidationError, found: Mapping[str, Found]) -> Iterator[str]:
    for fault in error.errors(include_url=False, include_input=False):
        name = str(fault["loc"][0])
        where = found[name].where if name in found else name
        reason = fault.get("ctx", {}).get("error")
        yield f"{where}: {reason or 'значение не подходит'}"
