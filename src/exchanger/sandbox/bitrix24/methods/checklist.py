"""task.checklistitem.*: параметры по порядку, ответы в верхнем регистре."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24 import records
from exchanger.sandbox.bitrix24.dates import show
from exchanger.sandbox.bitrix24.model import ChecklistItem
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply

_FALSE = Reply(result=False)  # a wrong order of parameters gives `false`, not an error


def _pair(call: Call) -> tuple[int, int] | None:
    args = call.positional(2)
    if args is None or any(isinstance(each, dict | list) for each in args):
        return None
    return php.as_int(args[0]), php.as_int(args[1])


@V2.method("task.checklistitem.add", "task")
def add(call: Call) -> Reply:
    """Добавляет пункт: TASKID, FIELDS; PARENT_ID 0 - новый чек-лист."""
    args = call.positional(2)
    if args is None or isinstance(args[0], dict | list) or not isinstance(args[1], dict):
        return _FALSE
    task_id, fields = php.as_int(args[0]), args[1]
    title = php.as_text(fields.get("TITLE")).strip()
    if not title:
        raise records.checklist_error(256, "Wrong arguments")
    item = ChecklistItem(
        id=call.portal.number("checklist"),
        task_id=task_id,
        title=title,
        author=call.user.id,
        parent=php.as_int(fields["PARENT_ID"]) if "PARENT_ID" in fields else records.first_list(call.portal, task_id),
        sort=php.as_int(fields.get("SORT_INDEX")),
        complete=php.as_flag(fields.get("IS_COMPLETE")),
        important=php.as_flag(fields.get("IS_IMPORTANT")),
        members={
            php.as_int(number): php.as_text(php.as_map(each).get("TYPE"))
            for number, each in php.as_map(fields.get("MEMBERS")).items()
        },
    )
    return Reply(records.add_item(call.portal, call.user, task_id, item).id)


@V2.method("task.checklistitem.getlist", "task")
def getlist(call: Call) -> Reply:
    """Пункты задачи."""
    args = call.positional(1)
    if args is None or isinstance(args[0], dict | list):
        return _FALSE
    task = call.portal.require(call.user, php.as_int(args[0]))
    return Reply([_row(call, each) for each in records.in_order(call.portal.checklists[task.id].values())])


def _row(call: Call, item: ChecklistItem) -> dict[str, Any]:
    members = {
        str(number): {"ID": str(number), "TYPE": kind, "NAME": call.portal.user(number).full_name}
        for number, kind in item.members.items()
    }
    return {
        "ID": str(item.id),
        "TASK_ID": str(item.task_id),
        "PARENT_ID": str(item.parent),
        "CREATED_BY": str(item.author),
        "TITLE": item.title,
        "SORT_INDEX": str(item.sort),
        "IS_COMPLETE": "Y" if item.complete else "N",
        "IS_IMPORTANT": "Y" if item.important else "N",
        "TOGGLED_BY": None if item.toggled_by is None else str(item.toggled_by),
        "TOGGLED_DATE": show(item.toggled, call.user.time_zone) or "",
        "MEMBERS": php.php(members),
        "ATTACHMENTS": [],
    }


def _toggle(call: Call, *, complete: bool) -> Reply:
    pair = _pair(call)
    if pair is None:
        return _FALSE
    item = records.find_item(call.portal, call.user, *pair)
    records.toggle_item(call.portal, call.user, item, complete=complete)
    return Reply(result=True)


@V2.method("task.checklistitem.complete", "task")
def complete(call: Call) -> Reply:
    """Отмечает пункт: TASKID, ITEMID."""
    return _toggle(call, complete=True)


@V2.method("task.checklistitem.renew", "task")
def renew(call: Call) -> Reply:
    """Снимает отметку: TASKID, ITEMID."""
    return _toggle(call, complete=False)


@V2.method("task.checklistitem.delete", "task")
def delete(call: Call) -> Reply:
    """Удаляет пункт: TASKID, ITEMID."""
    pair = _pair(call)
    if pair is None:
        return _FALSE
    records.remove_item(call.portal, records.find_item(call.portal, call.user, *pair))
    return Reply(result=True)
