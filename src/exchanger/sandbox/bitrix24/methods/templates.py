"""tasks.template.*: шаблоны на портале без дополнительного модуля."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.drive import template_attachments
from exchanger.sandbox.bitrix24.errors import zero
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply
from exchanger.sandbox.bitrix24.templates import Item, Template

_FIELDS = ("ID", "TITLE", "DESCRIPTION", "PRIORITY", "RESPONSIBLE_ID", "CREATED_BY", "DEADLINE_AFTER", "GROUP_ID",
           "ACCOMPLICES", "AUDITORS", "RESPONSIBLES", "TAGS", "MATCH_WORK_TIME", "TASK_CONTROL")  # fmt: skip


def serialized(numbers: list[int]) -> str:
    """Список номеров, как его хранит портал: serialize() PHP."""
    items = "".join(f'i:{place};s:{len(str(number))}:"{number}";' for place, number in enumerate(numbers))
    return f"a:{len(numbers)}:{{{items}}}"


@V2.method("tasks.template.get", "task")
def get(call: Call) -> Reply:
    """Шаблон; нет такого - `false`."""
    found = call.portal.templates.get(php.as_int(call.need("templateId")))
    return Reply(result=False) if found is None else Reply(_row(call, found))


def _row(call: Call, found: Template) -> dict[str, Any]:
    responsible, creator = found.users("R"), found.users("O")
    row: dict[str, Any] = {
        "ID": found.id,
        "TITLE": found.title,
        "DESCRIPTION": found.description,
        "DESCRIPTION_IN_BBCODE": "Y",
        "PRIORITY": 1,
        "RESPONSIBLE_ID": responsible[0] if responsible else 0,
        "CREATED_BY": creator[0] if creator else 0,
        "DEADLINE_AFTER": None,
        "GROUP_ID": 0,
        "MATCH_WORK_TIME": "N",
        "TASK_CONTROL": "N",
        "FILES": None,
        "DEPENDS_ON": None,
        "UF_CRM_TASK": False,
    }
    row |= found.fields
    row |= {name: serialized(found.users(kind)) for name, kind in _PEOPLE.items()}
    texts = {name: None if value is None else value if isinstance(value, list) else str(value)
             for name, value in row.items() if value is not False}  # fmt: skip
    files = template_attachments(call.portal, found.files)
    return texts | {"TAGS": list(found.tags) or None, "UF_TASK_WEBDAV_FILES": files or False}


_PEOPLE = {"RESPONSIBLES": "R", "ACCOMPLICES": "A", "AUDITORS": "U"}


@V2.method("tasks.template.fields", "task")
def fields(_: Call) -> Reply:
    """Описание полей шаблона."""
    return Reply({"fields": {name: {"title": name, "type": "string"} for name in _FIELDS}})


@V2.method("tasks.template.checklist.list", "task")
def checklist(call: Call) -> Reply:
    """Пункты чек-листов шаблона: словарь по номеру, новые первыми, если не сказано иначе."""
    found = call.portal.templates.get(php.as_int(call.need("templateId")))
    if found is None:
        raise zero("Access to the task template is denied")
    order = {name.upper(): php.as_text(way).lower() for name, way in php.as_map(call.get("order")).items()}
    items = sorted(found.items, key=lambda each: each.id, reverse=True)
    if "SORT_INDEX" in order:
        items.sort(key=lambda each: each.sort, reverse=order["SORT_INDEX"] == "desc")
    return Reply({"checkListItems": php.php({str(each.id): _item(found, each) for each in items})})


def _item(found: Template, item: Item) -> dict[str, Any]:
    members = {str(number): {"id": str(number), "type": kind} for number, kind in item.members.items()}
    return {
        "id": str(item.id),
        "templateId": str(found.id),
        "parentId": str(item.parent) if item.parent else 0,
        "title": item.title,
        "sortIndex": str(item.sort),
        "isComplete": "Y" if item.checked else "N",
        "isImportant": "Y" if item.important else "N",
        "members": php.php(members),
        "attachments": [],
    }


@V2.method("tasks.template.checklist.get", "task")
def checklist_item(call: Call) -> Reply:
    """Пункт чек-листа шаблона."""
    found = call.portal.templates.get(php.as_int(call.need("templateId")))
    number = php.as_int(call.need("checkListItemId"))
    for item in found.items if found is not None else ():
        if found is not None and item.id == number:
            return Reply({"checkListItem": _item(found, item)})
    raise zero("Check list item not found or not accessible")
