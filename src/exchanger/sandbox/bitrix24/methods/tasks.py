"""tasks.task.*: создание, чтение, список, правка, действия, права, история."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24 import render, workflow, writing
from exchanger.sandbox.bitrix24.dates import show
from exchanger.sandbox.bitrix24.errors import RestError
from exchanger.sandbox.bitrix24.fields import FIELDS, camel
from exchanger.sandbox.bitrix24.listing import page
from exchanger.sandbox.bitrix24.machine import Action
from exchanger.sandbox.bitrix24.model import Task, UserFieldType
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply

_STATUS_VALUES = {
    "2": "Ждет выполнения",
    "3": "Выполняется",
    "4": "Ожидает контроля",
    "5": "Завершена",
    "6": "Отложена",
}
_PLATFORMS = {"web", "mobile"}


def _select(call: Call) -> list[str]:
    return [php.as_text(name) for name in php.as_list(call.get("select"))]


def _fields(call: Call) -> dict[str, Any]:
    fields = call.need("fields")
    if not isinstance(fields, dict):
        if php.as_list(fields):
            raise RestError("100", "Invalid value {} to match with parameter {fields}. Should be value of type array.")
        return {}
    return fields


def _full(call: Call, task: Task) -> dict[str, Any]:
    """Задача целиком, как её возвращают add, update и действия."""
    actions = {
        camel(action.value): allowed for action, allowed in render.possible(call.portal, call.user, task).items()
    }
    return render.task_row(call.portal, call.user, task, ["*"]) | {
        "action": actions,
        "checkListTree": {"nodeId": 0, "fields": {"id": None}, "descendants": []},
        "checkListCanAdd": True,
    }


@V2.method("tasks.task.add", "task")
def add(call: Call) -> Reply:
    """Создаёт задачу."""
    task = writing.create(call.portal, call.user, _fields(call))
    return Reply({"task": _full(call, task)})


@V2.method("tasks.task.get", "task")
def get(call: Call) -> Reply:
    """Читает задачу; нет или не видна - `[]` с кодом 200."""
    task = call.portal.find(call.user, call.task_id())
    if task is None:
        return Reply([])
    select = _select(call)
    row = render.task_row(call.portal, call.user, task, select) if select else _full(call, task)
    row["chatId"] = task.chat_id
    return Reply({"task": row | _result_info(call, task)})


@V2.method("tasks.task.list", "task")
def list_(call: Call) -> Reply:
    """Список: 50 на странице, start=-1 - без счёта."""
    select = _select(call)
    start = php.as_int(call.get("start"))
    found = page(call.portal, call.user, php.as_map(call.get("filter")), php.as_map(call.get("order")), start)
    return Reply({"tasks": [_row(call, task, select) for task in found.tasks]}, found.total, found.next)


def _row(call: Call, task: Task, select: list[str]) -> dict[str, Any]:
    row = render.task_row(call.portal, call.user, task, select)
    if "TAGS" in {name.upper() for name in select}:
        row["tags"] = render.tags(task)
    return row | _result_info(call, task)


def _result_info(call: Call, task: Task) -> dict[str, str]:
    wanted = php.as_flag(php.as_map(call.get("params")).get("WITH_RESULT_INFO"))
    return render.result_info(call.portal, task) if wanted else {}


@V2.method("tasks.task.update", "task")
def update(call: Call) -> Reply:
    """Правит задачу."""
    task = writing.update(call.portal, call.user, call.task_id(), _fields(call))
    return Reply({"task": _full(call, task)})


@V2.method("tasks.task.delete", "task")
def delete(call: Call) -> Reply:
    """Удаляет задачу."""
    workflow.delete(call.portal, call.user, call.task_id())
    return Reply({"task": True})


@V2.method("tasks.task.delegate", "task")
def delegate(call: Call) -> Reply:
    """Передаёт задачу другому исполнителю."""
    task = workflow.delegate(call.portal, call.user, call.task_id(), php.as_int(call.need("userId")))
    return Reply({"task": _full(call, task)})


def _act(call: Call, action: Action) -> Reply:
    platform = php.as_text(php.as_map(call.get("params")).get("PLATFORM")).lower()
    task = workflow.act(call.portal, call.user, call.task_id(), action, in_card=platform in _PLATFORMS)
    return Reply({"task": _full(call, task)})


def _action_method(action: Action) -> None:
    V2.method(f"tasks.task.{action.value}", "task")(lambda call: _act(call, action))


for _action in (
    Action.START,
    Action.PAUSE,
    Action.COMPLETE,
    Action.DEFER,
    Action.RENEW,
    Action.APPROVE,
    Action.DISAPPROVE,
):
    _action_method(_action)


@V2.method("tasks.task.getaccess", "task")
def getaccess(call: Call) -> Reply:
    """Что могут сделать с задачей названные люди (по умолчанию - вызвавший)."""
    task = call.portal.require(call.user, call.task_id())
    numbers = [php.as_int(each) for each in php.as_list(call.get("users"))] or [call.user.id]
    rows = {
        str(number): {
            action.name: allowed
            for action, allowed in render.possible(call.portal, call.portal.user(number), task).items()
        }
        for number in numbers
    }
    return Reply({"allowedActions": rows})


@V2.method("tasks.task.getFields", "task")
def get_fields(call: Call) -> Reply:
    """Описание полей задачи, включая UF_* портала."""
    fields: dict[str, Any] = {name: {"title": each.title, "type": each.kind.value} for name, each in FIELDS.items()}
    fields["STATUS"] |= {"values": _STATUS_VALUES, "default": 2}
    for known in call.portal.user_fields.all():
        fields[known.name] = {"title": known.label or known.name, "type": known.type.value}
        if known.type is UserFieldType.ENUMERATION:
            fields[known.name]["values"] = {str(item.id): item.value for item in known.items}
    return Reply({"fields": fields})


@V2.method("tasks.task.history.list", "task")
def history(call: Call) -> Reply:
    """История изменений; у удалённой задачи видна администратору."""
    task_id = call.task_id()
    rows = call.portal.history.get(task_id, [])
    gone = call.portal.store.get(task_id) is None
    if not rows or (gone and not call.user.admin) or (not gone and call.portal.find(call.user, task_id) is None):
        raise RestError("0", "Task not found or access denied")
    wanted = {php.as_text(name) for name in php.as_list(php.as_map(call.get("filter")).get("FIELD"))}
    found = [row for row in rows if not wanted or row.field in wanted]
    if php.as_text(php.as_map(call.get("order")).get("ID")).lower() == "desc":
        found.reverse()
    people = {row.user: call.portal.user(row.user) for row in found}
    return Reply(
        {
            "list": [
                {
                    "id": row.id,
                    "createdDate": show(row.created, call.user.time_zone),
                    "field": row.field,
                    "value": {"from": row.before, "to": row.after},
                    "user": {
                        "id": row.user,
                        "name": people[row.user].name,
                        "lastName": people[row.user].last_name,
                        "secondName": "",
                        "login": people[row.user].email,
                    },
                }
                for row in found
            ]
        }
    )
