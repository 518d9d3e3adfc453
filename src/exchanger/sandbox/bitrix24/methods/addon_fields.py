"""imena.camunda.userfield.*: поля задач глазами модуля; ответы без обёртки success."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.errors import RestError
from exchanger.sandbox.bitrix24.methods.userfields import item_row, row
from exchanger.sandbox.bitrix24.model import UserField, UserFieldType
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply


@V2.method("imena.camunda.userfield.list", "task", addon=True)
def userfield_list(call: Call) -> Reply:
    """Поля задач с вариантами списков."""
    rows = [_row(each) for each in call.portal.user_fields.custom()]
    return Reply({"userFields": rows, "total": len(rows), "entity": "TASKS_TASK"})


@V2.method("imena.camunda.userfield.get", "task", addon=True)
def userfield_get(call: Call) -> Reply:
    """Поле по номеру."""
    found = _find(call)
    if found is None:
        raise RestError("ERROR_NOT_FOUND", "User field not found")
    return Reply({"userField": _row(found)})


@V2.method("imena.camunda.userfield.exists", "task", addon=True)
def userfield_exists(call: Call) -> Reply:
    """Есть ли поле."""
    return Reply({"exists": _find(call) is not None})


@V2.method("imena.camunda.userfield.types", "task", addon=True)
def userfield_types(_: Call) -> Reply:
    """Типы полей."""
    return Reply({"types": [each.value for each in UserFieldType]})


@V2.method("imena.camunda.userfield.stats", "task", addon=True)
def userfield_stats(call: Call) -> Reply:
    """Сколько полей какого типа."""
    fields = call.portal.user_fields.custom()
    return Reply({"total": len(fields), "byType": {kind.value: sum(f.type is kind for f in fields)
                                                   for kind in UserFieldType}})  # fmt: skip


def _find(call: Call) -> UserField | None:
    number = php.as_int(call.need("fieldId"))
    return next((each for each in call.portal.user_fields.custom() if each.id == number), None)


def _row(known: UserField) -> dict[str, Any]:
    described = row(known)
    described.pop("LIST", None)
    listed = known.type is UserFieldType.ENUMERATION
    values = [item_row(item) | {"IS_DEFAULT": item.default} for item in known.items]
    return described | {"HAS_ENUM_VALUES": listed, "ENUM_VALUES": values}
