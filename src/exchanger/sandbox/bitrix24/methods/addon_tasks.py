"""imena.camunda.task.*: анкеты задачи и её зависимости."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.methods.addon import failure, success
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply


@V2.method("imena.camunda.task.questionnaire.add", "task", addon=True)
def questionnaire_add(call: Call) -> Reply:
    """Заводит анкеты задачи. Повтор заводит их ещё раз, как на портале."""
    task = call.portal.find(call.user, call.task_id())
    given = [each for each in php.as_list(call.get("questionnaires")) if isinstance(each, dict)]
    if task is None or not given:
        return failure("Task not found" if task is None else "Questionnaires are empty")
    rows = [_stored(call, task.id, each) for each in given]
    call.portal.module.questionnaires[task.id] += rows
    ids = [row["ID"] for row in rows]
    return success(call, {"taskId": task.id, "createdIds": ids, "totalCreated": len(ids)})


def _stored(call: Call, task_id: int, given: dict[str, Any]) -> dict[str, Any]:
    questions = [
        {**each, "ID": call.portal.number("question"), "answer": None}
        for each in php.as_list(given.get("questions"))
        if isinstance(each, dict)
    ]
    return {
        "ID": call.portal.number("questionnaire"),
        "TASK_ID": task_id,
        "CODE": php.as_text(given.get("CODE")),
        "TITLE": php.as_text(given.get("TITLE")),
        "SORT": php.as_int(given.get("SORT"), 100),
        "questions": questions,
    }


@V2.method("imena.camunda.task.questionnaire.list", "task", addon=True)
def questionnaire_list(call: Call) -> Reply:
    """Анкеты задачи с ответами."""
    task = call.portal.find(call.user, call.task_id())
    if task is None:
        return failure("Task not found")
    items = call.portal.module.questionnaires.get(task.id, [])
    data = {"taskId": task.id, "items": items, "total": len(items), "has_codes": any(row["CODE"] for row in items)}
    return success(call, data)


@V2.method("imena.camunda.task.dependency.add", "task", addon=True)
def dependency_add(call: Call) -> Reply:
    """Связывает задачи «окончание — начало»; такая связь одна, вторая - неудача."""
    task_id, other = call.task_id(), php.as_int(call.need("dependsOnId"))
    if call.portal.find(call.user, task_id) is None or call.portal.find(call.user, other) is None:
        return failure("Task not found")
    if task_id == other or (task_id, other) in call.portal.module.links:
        return failure("ILLEGAL_NEW_LINK")
    call.portal.module.links.add((task_id, other))
    data = {"taskId": task_id, "dependsOnId": other, "type": 2, "typeDescription": "Finish-Start"}
    return success(call, data)
