"""Создание и правка задач по полям запроса (имена в верхнем регистре; незнакомые молча пропускаются)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exchanger.sandbox.bitrix24 import drive, userfields, workflow
from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.errors import core, not_allowed, zero
from exchanger.sandbox.bitrix24.fields import FIELDS, Kind, read_dependence, read_parameters, read_tags, read_value
from exchanger.sandbox.bitrix24.machine import Action
from exchanger.sandbox.bitrix24.model import Status, Task
from exchanger.sandbox.bitrix24.portal import EventName

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.model import User, UserFieldValue
    from exchanger.sandbox.bitrix24.params import Params
    from exchanger.sandbox.bitrix24.portal import Portal

_BY_STATUS = {
    Status.IN_PROGRESS: Action.START,
    Status.AWAITS_CONTROL: Action.COMPLETE,
    Status.COMPLETED: Action.COMPLETE,
    Status.DEFERRED: Action.DEFER,
    Status.DECLINED: Action.DECLINE,
}
_SPECIAL = {"STATUS", "RESPONSIBLE_ID"}  # set through the workflow, not as plain values


def create(portal: Portal, user: User, fields: Params) -> Task:
    """Создаёт задачу; проверки и тексты отказов - как у ядра модуля задач."""
    if not php.as_text(fields.get("TITLE")).strip():
        raise core("Task title is not specified")
    if portal.directory.active(php.as_int(fields.get("RESPONSIBLE_ID"))) is None:
        raise core("Responsible person not found")
    values, custom = _plain(portal, fields), _custom(portal, fields, creating=True)
    _check_links(portal, user, values)
    now = portal.now()
    status = read_value(FIELDS["STATUS"], fields.get("STATUS") or Status.PENDING, portal.build.server_zone)
    task = Task(
        id=portal.number("task"),
        title="",
        created_by=values.pop("created_by", 0) or user.id,
        responsible_id=php.as_int(fields["RESPONSIBLE_ID"]),
        created_date=now,
        changed_date=now,
        status_changed_date=now,
        activity_date=now,
        searchable_from=portal.exact_now() + portal.faults.search_lag,
        changed_by=user.id,
        status_changed_by=user.id,
        status=status,
        user_fields=custom,
        viewed_by=frozenset((user.id,)),
    )
    _assign(task, values)
    _attach_files(portal, user, task)
    portal.store.put(task)
    portal.note(task.id, user, "NEW")
    portal.emit(EventName.ADD, task.id)
    return task


def _attach_files(portal: Portal, user: User, task: Task) -> None:
    """Файлы Диска в UF_TASK_WEBDAV_FILES: `n123` - файл, в задаче остаётся номер его вложения."""
    given = task.user_fields.pop(drive.FILES_FIELD, None)
    for each in given if isinstance(given, list) else []:
        drive.attach_to_task(portal, user, task, php.as_int(str(each).removeprefix("n")))


def update(portal: Portal, user: User, task_id: int, fields: Params) -> Task:
    """Правит задачу; единственное поле STATUS - это действие, а не правка."""
    if task_id <= 0:
        raise zero("wrong task id")
    task = portal.find(user, task_id)
    if task is None:
        raise zero("Action on the task is not allowed")
    if set(fields) == {"STATUS"}:
        return _status_action(portal, user, task, fields["STATUS"])
    if not portal.allowed(user, task, Action.EDIT) and not _may_touch(user, task, fields):
        raise zero("Action on the task is not allowed")
    _apply(portal, user, task, fields)
    workflow.saved(portal, user, task)
    return task


def _may_touch(user: User, task: Task, fields: Params) -> bool:
    """Исполнитель меняет срок, если ему разрешено, и свои пользовательские поля."""
    mine = {name for name in fields if name.startswith("UF_")}
    if task.allow_change_deadline:
        mine.add("DEADLINE")
    return user.id == task.responsible_id and set(fields) <= mine


def _apply(portal: Portal, user: User, task: Task, fields: Params) -> None:
    values, custom = _plain(portal, fields), _custom(portal, fields, creating=False)
    if "title" in values and not values["title"].strip():
        raise core("Task title is not specified")
    _check_links(portal, user, values)
    if "RESPONSIBLE_ID" in fields:
        workflow.reassign(portal, user, task, php.as_int(fields["RESPONSIBLE_ID"]))
    if "STATUS" in fields:
        status = read_value(FIELDS["STATUS"], fields["STATUS"], portal.build.server_zone)
        workflow.set_status(portal, user, task, status)
    _note_changes(portal, user, task, values, custom)
    _assign(task, values)
    task.user_fields |= custom


def _status_action(portal: Portal, user: User, task: Task, raw: Any) -> Task:
    status = read_value(FIELDS["STATUS"], raw, portal.build.server_zone)
    if status is Status.PENDING:
        closed = task.status not in {Status.IN_PROGRESS, Status.PENDING, Status.NEW}
        action = Action.RENEW if closed else Action.PAUSE
        return workflow.act(portal, user, task.id, action)
    if status not in _BY_STATUS:
        raise not_allowed()
    return workflow.act(portal, user, task.id, _BY_STATUS[status])


def _plain(portal: Portal, fields: Params) -> dict[str, Any]:
    """Обычные поля запроса как значения записи Task."""
    known = [FIELDS[name] for name in fields if name in FIELDS and name not in _SPECIAL]
    values = {
        each.attribute: read_value(each, fields[each.name], portal.build.server_zone) for each in known if each.writable
    }
    if "TAGS" in fields:
        values["tags"] = read_tags(fields["TAGS"])
    if "SE_PARAMETER" in fields:
        values["parameters"] = read_parameters(fields["SE_PARAMETER"])
    if "SE_PROJECTDEPENDENCE" in fields:
        values["project_dependence"] = read_dependence(fields["SE_PROJECTDEPENDENCE"])
    if "title" in values:
        values["title"] = values["title"].strip()
    if not values.get("created_by"):
        values.pop("created_by", None)  # 0 means "not given" both on creation and on change
    elif portal.directory.active(values["created_by"]) is None:
        raise core("Task creator not found")
    return values


def _custom(portal: Portal, fields: Params, *, creating: bool) -> dict[str, UserFieldValue]:
    custom: dict[str, UserFieldValue] = {}
    for known in portal.user_fields.all():
        if known.name in fields:
            custom[known.name] = userfields.read_value(known, fields[known.name])
        empty = custom.get(known.name) in (None, "", [])
        if known.mandatory and empty and (creating or known.name in custom):
            raise core(f"Field {known.label or known.name} is mandatory")
    return custom


def _check_links(portal: Portal, user: User, values: dict[str, Any]) -> None:
    parent = values.get("parent_id")
    if parent is not None and portal.find(user, parent) is None:
        raise core("Parent task not found")
    start, end = values.get("start_date_plan"), values.get("end_date_plan")
    if start is not None and end is not None and end < start:
        raise core("The planned end date is earlier than the start date")


def _assign(task: Task, values: dict[str, Any]) -> None:
    for name, value in values.items():
        setattr(task, name, value)


def _note_changes(
    portal: Portal, user: User, task: Task, values: dict[str, Any], custom: dict[str, UserFieldValue]
) -> None:
    names = {each.attribute: each for each in FIELDS.values()}
    for attribute, value in values.items():
        known, before = names.get(attribute), getattr(task, attribute)
        if known is not None and before != value:
            shown = ["" if known.kind is Kind.MOMENT and each is None else each for each in (before, value)]
            portal.note(task.id, user, known.name, *shown)
    for name, field_value in custom.items():
        if task.user_fields.get(name) != field_value:
            portal.note(task.id, user, name, task.user_fields.get(name), field_value)
