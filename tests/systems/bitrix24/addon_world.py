"""The portal of interfaces.md, Appendix A: the add-on, one full template, one predecessor with a result and a file."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from exchanger.sandbox.bitrix24 import Build, Portal, default_portal
from exchanger.sandbox.bitrix24.drive import DriveFile
from exchanger.sandbox.bitrix24.model import Department, Task, User
from exchanger.sandbox.bitrix24.module import Diagram, Element, Property
from exchanger.sandbox.bitrix24.person import Person
from exchanger.sandbox.bitrix24.records import in_order
from exchanger.sandbox.bitrix24.seed import ADMIN
from exchanger.sandbox.bitrix24.templates import Item, Member, Question, Questionnaire, Template
from exchanger.sandbox.bitrix24.worktime import ListElement
from exchanger.testing.contract import JumpClock
from tests.systems.bitrix24.world import BitrixWorld, open_world

STARTED_BY, SUPERVISOR, FIRST, ACCOMPLICE, OWNER = 107, 42, 106, 5, 8
TEMPLATE_FILE, RESULT_FILE = 901, 902
PROCESS, ELEMENT, BEFORE, INSTANCE = "Process_1", "Activity_1", "Activity_0", "instance-1"

PROFILE = Questionnaire(
    11,
    "prof",
    "Анк",
    (
        Question("FIO", "ФИО"),
        Question("DAY", "Дата", "date"),
        Question("BOSS", "Рук", "user"),
        Question("ORG", "Орг", "universal_list", options={"iblock_id": "31"}),
    ),
)
ONBOARDING = Questionnaire(48, "onboarding", "Выход на работу", (Question("FULL_NAME", "ФИО", required=True),))
ITEMS = (
    Item(1, "Первый"),
    Item(2, "раз", parent=1),
    Item(3, "Второй"),
    Item(4, "два", parent=3),
)


def template(**changes: Any) -> Template:
    whole = Template(
        139,
        "Шаблон",
        "Опис",
        fields={"PRIORITY": 1, "GROUP_ID": 0, "CREATED_BY": 0, "CREATED_BY_USE_SUPERVISOR": "Y", "RESPONSIBLE_ID": 0,
                "DEADLINE_AFTER": 86400},
        members=(Member("R", FIRST), Member("R", STARTED_BY), Member("A", ACCOMPLICE)),
        tags=("a", "b"),
        items=ITEMS,
        files=(TEMPLATE_FILE,),
        questionnaires=(ONBOARDING,),
        in_description=(PROFILE,),
    )  # fmt: skip
    return replace(whole, **changes)


VARIABLES: dict[str, Any] = {
    "startedBy": STARTED_BY,
    "groupId": "3",
    "parentTaskId": 77,
    "diagramOwner": OWNER,
    "deadline": "2030-01-01",
    "flag": True,
    "name": "v",
    f"{BEFORE}_prof_FIO": "Ив",
    f"{BEFORE}_prof_DAY": "2025-12-21",
    f"{BEFORE}_prof_BOSS": "43",
    f"{BEFORE}_prof_ORG": 5,
}
PROPERTIES = {"UF_RESULT_EXPECTED": "true", "UF_RESULT_QUESTION": "q?"}


def addon_portal(clock: JumpClock, made: Template | None = None, **build: Any) -> Portal:
    portal = default_portal(clock=clock.now, build=Build(addon=True, **build))
    for number, name, last in ((STARTED_BY, "Иван", "Сидоров"), (SUPERVISOR, "Глава", "Отдела"), (43, "Пётр", "Петров"),
                               (FIRST, "Первый", "Исполнитель"), (OWNER, "Владелец", "Диаграммы")):  # fmt: skip
        portal.set_user(User(number, name, last, f"u{number}@portal.example", departments=(9,)))
    portal.directory.departments[9] = Department(9, "Отдел кадров", 1, SUPERVISOR)
    chosen = made or template()
    portal.templates[chosen.id] = chosen
    elements = (Element(ELEMENT, "Дело", chosen.id, (BEFORE,)), Element(BEFORE, "Раньше"))
    properties = (Property("flag", "Флаг", "boolean", 10), Property("name", "Имя", "string", 20))
    portal.module.load(Diagram(5, PROCESS, properties=properties, elements=elements))
    portal.drive.put(DriveFile(TEMPLATE_FILE, "образец.docx"), DriveFile(RESULT_FILE, "r.docx"))
    portal.lists.append(ListElement(5, 31, "ИМЕНА"))
    _task(portal, 77, {"TITLE": "Родительская"})
    before = _task(portal, 500, {"TITLE": "Раньше", "UF_ELEMENT_ID": BEFORE, "UF_PROCESS_INSTANCE_ID": INSTANCE})
    Person(portal, portal.user(ADMIN)).add_result(before.id, "done &quot;x&quot;", RESULT_FILE)
    return portal


def _task(portal: Portal, number: int, fields: dict[str, Any]) -> Task:
    portal._numbers["task"] = number - 1
    return Person(portal, portal.user(ADMIN)).create({"RESPONSIBLE_ID": ADMIN, **fields})


@asynccontextmanager
async def open_addon(
    made: Template | None = None, *, build: dict[str, Any] | None = None, **options: Any
) -> AsyncIterator[BitrixWorld]:
    clock = JumpClock()
    async with open_world(portal=addon_portal(clock, made, **(build or {})), clock=clock, **options) as world:
        yield world


def lists_of(portal: Portal, task_id: int) -> list[tuple[str, list[Any]]]:
    """The check lists as a person sees them: (title, [(title, [...]), ...])."""
    items = in_order(portal.checklists[task_id].values())

    def under(parent: int) -> list[tuple[str, list[Any]]]:
        return [(each.title, under(each.id)) for each in items if each.parent == parent]

    return under(0)
