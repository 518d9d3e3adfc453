"""Методы дополнительного модуля imena.camunda (только на портале с ним)."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.methods.userfields import item_row, row
from exchanger.sandbox.bitrix24.model import UserField, UserFieldType
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply


@V2.method("imena.camunda.userfield.list", "task", addon=True)
def userfield_list(call: Call) -> Reply:
    """Поля задач с вариантами списков; ответ без обёртки success."""
    fields = call.portal.user_fields.custom()
    rows = [_row(each) for each in fields]
    return Reply({"userFields": rows, "total": len(rows), "entity": "TASKS_TASK"})


def _row(known: UserField) -> dict[str, Any]:
    described = row(known)
    described.pop("LIST", None)
    listed = known.type is UserFieldType.ENUMERATION
    values = [item_row(item) | {"IS_DEFAULT": item.default} for item in known.items]
    return described | {"HAS_ENUM_VALUES": listed, "ENUM_VALUES": values}


@V2.method("imena.camunda.user.supervisor.get", "task", addon=True)
def supervisor(call: Call) -> Reply:
    """Руководитель первого отдела сотрудника, только действующий."""
    user_id = php.as_int(call.need("userId"))
    head = call.portal.directory.supervisor(user_id)
    active = head if head is not None and call.portal.directory.active(head) is not None else None
    return Reply({"success": True, "data": {"userId": user_id, "supervisorId": active}})
