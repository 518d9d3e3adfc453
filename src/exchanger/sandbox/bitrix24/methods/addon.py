"""Методы дополнительного модуля imena.camunda о диаграммах и людях (только на портале с ним).

Ответ обёрнут: `{success, data}` или `{success: false, error}`; у userfield.* обёртки нет.
"""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.module import RESOLVERS, Diagram, Element
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply


def loosely(call: Call, value: Any) -> Any:
    """Ответ, каким его отдаёт PHP модуля: числа строками, пустое - false; точные типы - если портал так настроен."""
    if isinstance(value, dict):
        return {name: loosely(call, each) for name, each in value.items()} if value else _empty(call)
    if isinstance(value, list | tuple):
        return [loosely(call, each) for each in value] if value else _empty(call)
    if call.portal.build.loose and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _empty(call: Call) -> Any:
    return False if call.portal.build.loose else []


def success(call: Call, data: Any) -> Reply:
    """Удача в обёртке модуля."""
    return Reply({"success": True, "data": loosely(call, data)})


def failure(text: str) -> Reply:
    """Неудача в обёртке модуля: код HTTP при этом 200."""
    return Reply({"success": False, "error": text})


def diagram_of(call: Call) -> Diagram | None:
    """Диаграмма по camundaProcessId или diagramId."""
    process, number = php.as_text(call.get("camundaProcessId")), php.as_int(call.get("diagramId"))
    found = call.portal.module.diagrams.get(process)
    return found or next((each for each in call.portal.module.diagrams.values() if number and each.id == number), None)


@V2.method("imena.camunda.sync", "task", addon=True)
def sync(call: Call) -> Reply:
    """Просьба забрать экземпляр процесса из движка."""
    process = php.as_text(call.need("processDefinitionKey"))
    instance = php.as_text(call.need("processInstanceId"))
    call.portal.module.synced.append((process, instance))
    data = {"message": "Webhook received", "processInstanceId": instance, "processDefinitionKey": process}
    return Reply({"success": True, "data": {"success": True} | data})


@V2.method("imena.camunda.diagram.properties.list", "task", addon=True)
def properties(call: Call) -> Reply:
    """Свойства диаграммы."""
    found = diagram_of(call)
    if found is None:
        return failure("Diagram not found")
    rows = [
        {"ID": place, "CODE": each.code, "NAME": each.name, "TYPE": each.type, "IS_REQUIRED": "N", "SORT": each.sort}
        for place, each in enumerate(found.properties, start=1)
    ]
    described = {"ID": found.id, "TITLE": found.title, "CAMUNDA_PROCESS_ID": found.process}
    meta = {"camundaProcessId": found.process, "propertyCount": len(rows)}
    return success(call, {"diagram": described, "properties": rows, "meta": meta})


@V2.method("imena.camunda.diagram.responsible.list", "task", addon=True)
def responsible_list(call: Call) -> Reply:
    """Элементы диаграммы со своими шаблонами и предшественниками."""
    found = diagram_of(call)
    if found is None:
        return failure("Diagram not found")
    meta = {"diagramId": found.id, "camundaProcessId": found.process, "count": len(found.elements)}
    return success(call, {"responsibles": [_element(found, each) for each in found.elements], "meta": meta})


@V2.method("imena.camunda.diagram.responsible.get", "task", addon=True)
def responsible(call: Call) -> Reply:
    """Один элемент диаграммы."""
    found = diagram_of(call)
    element = found.element(php.as_text(call.need("elementId"))) if found is not None else None
    if found is None or element is None:
        return failure("Responsible not found")
    return success(call, {"responsible": _element(found, element), "meta": {"camundaProcessId": found.process}})


def _element(diagram: Diagram, element: Element) -> dict[str, Any]:
    return {
        "ID": diagram.elements.index(element) + 1,
        "DIAGRAM_ID": diagram.id,
        "ELEMENT_ID": element.id,
        "ELEMENT_NAME": element.name,
        "ASSIGNEE_TYPE": "HUMAN",
        "TEMPLATE_ID": element.template_id,
        "PREDECESSOR_IDS": element.predecessors,
        "CAMUNDA_PROCESS_ID": diagram.process,
    }


@V2.method("imena.camunda.resolvers.list", "task", addon=True)
def resolvers(_: Call) -> Reply:
    """Кто умеет вычислять участников."""
    rows = {
        code: {"code": code, "class": code.title(), "title": code, "expectedParams": list(expected)}
        for code, expected in RESOLVERS.items()
    }
    return Reply({"success": True, "data": rows})


@V2.method("imena.camunda.user.supervisor.get", "task", addon=True)
def supervisor(call: Call) -> Reply:
    """Руководитель первого отдела сотрудника, только действующий."""
    user_id = php.as_int(call.need("userId"))
    head = call.portal.directory.supervisor(user_id)
    active = head if head is not None and call.portal.directory.active(head) is not None else None
    return success(call, {"userId": user_id, "supervisorId": active})
