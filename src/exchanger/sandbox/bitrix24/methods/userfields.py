"""task.item.userfield.*: поля задач, заведённые на портале."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.errors import RestError, core
from exchanger.sandbox.bitrix24.model import EnumItem, UserField, UserFieldType
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply

_CREATABLE = {UserFieldType.STRING, UserFieldType.DOUBLE, UserFieldType.DATETIME, UserFieldType.BOOLEAN}


@V2.method("task.item.userfield.getlist", "task")
def getlist(call: Call) -> Reply:
    """Поля по FILTER; у списков - варианты в LIST."""
    wanted = {name.upper(): php.as_text(value) for name, value in php.as_map(call.get("FILTER")).items()}
    rows = [row(each) for each in call.portal.user_fields.custom()]
    found = [each for each in rows if all(php.as_text(each.get(name)) == value for name, value in wanted.items())]
    return Reply(found, total=len(found))


@V2.method("task.item.userfield.get", "task")
def get(call: Call) -> Reply:
    """Поле по номеру."""
    number = php.as_int(call.need("ID"))
    for each in call.portal.user_fields.custom():
        if each.id == number:
            return Reply(row(each))
    raise RestError("ERROR_NOT_FOUND", "The entity with ID is not found", 400)


@V2.method("task.item.userfield.add", "task")
def add(call: Call) -> Reply:
    """Заводит поле (только администратор; список завести нельзя)."""
    if not call.user.admin:
        raise RestError("ERROR_CORE", "Access denied.", 400)
    fields = php.as_map(call.get("PARAMS")) or php.as_map((call.positional(1) or [{}])[0])
    kind = php.as_text(fields.get("USER_TYPE_ID"))
    if kind not in _CREATABLE:
        raise core(f"Incorrect type of the field: {kind}")
    name = php.as_text(fields.get("FIELD_NAME")).upper()
    if not name:
        raise core("Field name is not specified")
    new = UserField(
        id=call.portal.user_fields.next_id(),
        name=name if name.startswith("UF_") else f"UF_{name}",
        type=UserFieldType(kind),
        label=php.as_text(fields.get("EDIT_FORM_LABEL") or fields.get("LABEL")),
        xml_id=php.as_text(fields.get("XML_ID")),
        multiple=php.as_flag(fields.get("MULTIPLE")),
        mandatory=php.as_flag(fields.get("MANDATORY")),
    )
    call.portal.user_fields.add(new)
    return Reply(new.id)


def row(known: UserField) -> dict[str, Any]:
    """Описание поля в ответе."""
    described: dict[str, Any] = {
        "ID": str(known.id),
        "ENTITY_ID": "TASKS_TASK",
        "FIELD_NAME": known.name,
        "USER_TYPE_ID": known.type.value,
        "XML_ID": known.xml_id or None,
        "SORT": "100",
        "MULTIPLE": "Y" if known.multiple else "N",
        "MANDATORY": "Y" if known.mandatory else "N",
        "EDIT_FORM_LABEL": known.label or None,
        "SETTINGS": [],
    }
    if known.type is UserFieldType.ENUMERATION:
        described["LIST"] = [item_row(item) for item in known.items]
    return described


def item_row(item: EnumItem) -> dict[str, Any]:
    """Вариант списка."""
    default = "Y" if item.default else "N"
    return {"ID": str(item.id), "SORT": str(item.sort), "VALUE": item.value, "DEF": default, "XML_ID": f"item{item.id}"}
