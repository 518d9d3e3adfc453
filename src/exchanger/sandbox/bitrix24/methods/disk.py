"""disk.*, вложение файлов в задачу, элементы списков, рабочий календарь."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.bitrix24 import drive
from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.drive import DriveFile
from exchanger.sandbox.bitrix24.errors import RestError, not_allowed
from exchanger.sandbox.bitrix24.machine import Action
from exchanger.sandbox.bitrix24.portal import EventName
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply

_LINK = "/bitrix/tools/disk/uf.php?{query}&auth%5Bauth%5D=sandbox&action=download&ncc=1"


@V2.method("tasks.task.files.attach", "task")
def attach(call: Call) -> Reply:
    """Вкладывает файл Диска в задачу."""
    task = call.portal.require(call.user, call.task_id())
    file_id = php.as_int(call.need("fileId"))
    if not call.portal.allowed(call.user, task, Action.EDIT):
        raise not_allowed()
    made = drive.attach_to_task(call.portal, call.user, task, file_id)
    call.portal.emit(EventName.UPDATE, task.id)
    return Reply({"attachmentId": made.id})


@V2.method("disk.file.get", "disk")
def file_get(call: Call) -> Reply:
    """Файл Диска по номеру."""
    found = call.portal.drive.readable(call.user, php.as_int(call.need("id")))
    if found is None:
        raise _not_found()
    return Reply(_file(found) | {"DOWNLOAD_URL": _LINK.format(query=f"fileId={found.id}")})


@V2.method("disk.attachedObject.get", "disk")
def attached_get(call: Call) -> Reply:
    """Вложение по номеру."""
    made = call.portal.drive.attachments.get(php.as_int(call.need("id")))
    if made is None or (made.task_id and call.portal.find(call.user, made.task_id) is None):
        raise _not_found()
    found = _file(call.portal.drive.files[made.file_id])
    found |= {"ID": str(made.id), "OBJECT_ID": str(made.file_id), "MODULE_ID": "tasks", "ENTITY_ID": str(made.task_id)}
    return Reply(found | {"DOWNLOAD_URL": _LINK.format(query=f"attachedId={made.id}")})


def _file(found: DriveFile) -> dict[str, Any]:
    return {"ID": str(found.id), "NAME": found.name, "SIZE": str(found.size)}


def _not_found() -> RestError:
    return RestError("ERROR_NOT_FOUND", "Could not find entity with id")


@V2.method("lists.element.get", "lists")
def list_element(call: Call) -> Reply:
    """Элементы универсального списка; нет такого - пустой список."""
    iblock, number = php.as_int(call.need("IBLOCK_ID")), php.as_int(call.get("ELEMENT_ID"))
    found = [each for each in call.portal.lists if each.iblock == iblock and (not number or each.id == number)]
    rows = [{"ID": str(each.id), "IBLOCK_ID": str(each.iblock), "NAME": each.name} for each in found]
    return Reply(rows, total=len(rows))


@V2.method("calendar.settings.get", "calendar")
def calendar(call: Call) -> Reply:
    """Рабочее время портала."""
    work = call.portal.calendar
    return Reply(
        {
            "work_time_start": work.start,
            "work_time_end": work.end,
            "year_holidays": work.year_holidays,
            "year_workdays": work.year_workdays,
            "week_holidays": list(work.week_holidays),
            "week_start": "MO",
        }
    )
