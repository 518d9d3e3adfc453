"""Задача в ответе tasks.task.*: camelCase, числа строками, пустые объекты - [], даты в поясе вызывающего."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exchanger.sandbox.bitrix24 import userfields
from exchanger.sandbox.bitrix24.dates import show
from exchanger.sandbox.bitrix24.fields import FIELDS, Kind, TaskField, camel
from exchanger.sandbox.bitrix24.filters import meta_status
from exchanger.sandbox.bitrix24.machine import Action, Refused, outcome, permitted
from exchanger.sandbox.bitrix24.params import php

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exchanger.sandbox.bitrix24.model import Task, User
    from exchanger.sandbox.bitrix24.portal import Portal

_LINKED = ("UF_CRM_TASK", "UF_TASK_WEBDAV_FILES", "UF_MAIL_MESSAGE")  # any of them in select brings all three
_CONSTANT = {"multitask": "N", "replicate": "N", "descriptionInBbcode": "Y", "isMuted": "N", "isPinned": "N"}


def task_row(portal: Portal, user: User, task: Task, select: Sequence[str]) -> dict[str, Any]:
    """Строка задачи по select; пустой select и `*` - все обычные поля, UF_* - только по просьбе."""
    wanted = {name.upper() for name in select}
    everything = not wanted or "*" in wanted
    names = [name for name in FIELDS if everything or name in wanted or name == "ID"]
    row = {camel(name): _plain(user, task, FIELDS[name]) for name in names}
    row |= _CONSTANT if everything else {}
    row |= {camel(name): value for name, value in _custom(portal, task, wanted).items()}
    if everything or "STATUS" in wanted:
        row["subStatus"] = str(int(meta_status(portal, task, user.id)))
    if "SE_PARAMETER" in wanted:
        row["seParameter"] = [{"code": str(code), "value": value} for code, value in task.parameters.items()]
    return row | _people(portal, task, names)


def tags(task: Task) -> Any:
    """Метки: словарь по номеру; пустой - []."""
    numbered = enumerate(task.tags, start=task.id * 100)
    return php({str(number): {"id": number, "title": title} for number, title in numbered})


def _plain(user: User, task: Task, field: TaskField) -> Any:
    value = getattr(task, field.attribute)
    match field.kind:
        case Kind.FLAG:
            return "Y" if value else "N"
        case Kind.MOMENT:
            return show(value, user.time_zone)
        case Kind.NUMBERS:
            return [str(item) for item in value]
        case Kind.STATUS:
            return str(int(value))
        case _:
            return None if value is None else str(value)


def _custom(portal: Portal, task: Task, wanted: set[str]) -> dict[str, Any]:
    if wanted & set(_LINKED):
        wanted = wanted | set(_LINKED)
    fields = [known for known in portal.user_fields.all() if known.name in wanted or "UF_*" in wanted]
    return {known.name: userfields.show_value(known, task.user_fields.get(known.name)) for known in fields}


def _people(portal: Portal, task: Task, names: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"group": {"id": str(task.group_id)} if task.group_id else []}
    if "CREATED_BY" in names:
        row["creator"] = person(portal.user(task.created_by))
    if "RESPONSIBLE_ID" in names:
        row["responsible"] = person(portal.user(task.responsible_id))
    return row


def person(user: User) -> dict[str, Any]:
    """Человек в строке задачи."""
    return {
        "id": str(user.id),
        "name": user.full_name,
        "link": f"/company/personal/user/{user.id}/",
        "icon": "/bitrix/images/tasks/default_avatar.png",
        "workPosition": user.position or None,
    }


def possible(portal: Portal, user: User, task: Task) -> dict[Action, bool]:
    """Что человек может сделать с задачей прямо сейчас."""
    actor = portal.directory.actor(user, task)
    by_right = {Action.READ, Action.EDIT, Action.DELETE}
    return {
        action: permitted(action, task, actor)
        if action in by_right
        else not isinstance(outcome(action, task, actor), Refused)
        for action in Action
    }


def result_info(portal: Portal, task: Task) -> dict[str, str]:
    """Признаки WITH_RESULT_INFO."""
    results = portal.results.get(task.id, [])
    flags = {
        "taskRequireResult": task.result_required,
        "taskHasOpenResult": any(not each.closed for each in results),
        "taskHasResult": bool(results),
    }
    return {name: "Y" if value else "N" for name, value in flags.items()}
