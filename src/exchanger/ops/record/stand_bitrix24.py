"""Стенд для сравнения: портал в памяти, у чьей задачи есть всё, о чём спрашивает обход."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from exchanger.ops.record.recording import Recorded
from exchanger.ops.record.tour_bitrix24 import record
from exchanger.sandbox.bitrix24 import Build, Person, Portal, default_portal, standin
from exchanger.sandbox.bitrix24.drive import DriveFile
from exchanger.sandbox.bitrix24.model import ChecklistItem
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK, ENGINEER, HEAD
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.telemetry.clock import SystemClock

_MODULE_STEP = "resolvers"  # answered only where the add-on is


async def record_stand(portal: Portal) -> list[Recorded]:
    """Обойти стенд тем же обходом."""
    async with standin(portal) as running:
        options = BitrixOptions(webhook_url=running.webhook_url, requests_per_second=1000.0, burst=1000.0)
        return await record(options, SystemClock())


def stand_like(recorded: Sequence[Recorded]) -> Portal:
    """Наполненный стенд той же сборки, что записанный портал: с модулем `imena.camunda` или без него."""
    addon = any(each.step == _MODULE_STEP and not each.error and each.status for each in recorded)
    portal = default_portal(build=Build(addon=addon))
    fill(portal)
    return portal


def fill(portal: Portal) -> None:
    """Одна завершённая задача со всем, что бывает, и одна простая."""
    person = Person(portal, portal.user(ADMIN))
    person.create({"TITLE": "Простая", "RESPONSIBLE_ID": CLERK})
    task = person.create(
        {
            "TITLE": "Полная",
            "DESCRIPTION": "Описание",
            "RESPONSIBLE_ID": CLERK,
            "ACCOMPLICES": [ENGINEER],
            "AUDITORS": [HEAD],
            "TAGS": ["метка"],
            "DEADLINE": (portal.now() + timedelta(days=1)).isoformat(),
            "XML_ID": "record",
        }
    )
    number = portal.number("checklist")
    portal.checklists[task.id][number] = ChecklistItem(number, task.id, "Чек-лист", ADMIN)
    inner = portal.number("checklist")
    members = {ENGINEER: "A"}
    portal.checklists[task.id][inner] = ChecklistItem(inner, task.id, "Пункт", ADMIN, parent=number, members=members)
    file_id = portal.number("file")
    portal.drive.put(DriveFile(file_id, "файл.txt"))
    person.add_result(task.id, "Сделано", file_id)
    person.comment(task.id, "Слово")
    person.start(task.id)
    person.complete(task.id)
