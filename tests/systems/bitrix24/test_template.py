"""C6, C9: what a template decides, what the element decides itself, what is left to the process."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from exchanger.connect import remarks_heard
from exchanger.domain.task import Snapshot
from exchanger.sandbox.bitrix24.drive import DriveFile, attached_files
from exchanger.sandbox.bitrix24.faults import Fault, FaultKind
from exchanger.sandbox.bitrix24.model import Task
from exchanger.sandbox.bitrix24.module import Diagram, Element
from exchanger.sandbox.bitrix24.seed import CLERK, ENGINEER, HEAD, LAWYER
from exchanger.sandbox.bitrix24.templates import Member, Template
from exchanger.systems.bitrix24.content.read_template import stock_template
from exchanger.systems.bitrix24.content.remarks import Remarks
from exchanger.telemetry.log import log
from tests.systems.bitrix24.addon_world import (
    ELEMENT,
    OWNER,
    PROCESS,
    STARTED_BY,
    SUPERVISOR,
    VARIABLES,
    lists_of,
    open_addon,
    template,
)
from tests.systems.bitrix24.world import BitrixWorld, open_world, order

BARE: dict[str, Any] = {"items": (), "files": (), "questionnaires": (), "in_description": ()}


async def build(world: BitrixWorld, task_id: str = "task-1", **given: Any) -> Snapshot:
    params = world.work.prepare(order(task_id, **({"variables": VARIABLES} | given)))
    made = await world.work.create(world.key(task_id), params)
    await world.work.finish(made, params)
    return made


async def built(made: Template, **given: Any) -> Task:
    async with open_addon(made) as world:
        return world.task((await build(world, **given)).ref)


async def test_c6_process_variables_reach_the_resolvers_of_members() -> None:
    members = (
        Member("R", resolver="by_email"),
        Member("O", resolver="initiator"),
        Member("A", resolver="supervisor"),
        Member("U", resolver="dummy"),
    )
    task = await built(
        template(members=members, **BARE), variables=VARIABLES | {"assigneeEmail": "olga.popova@portal.example"}
    )
    assert (task.responsible_id, task.created_by, task.accomplices) == (LAWYER, STARTED_BY, (SUPERVISOR,))
    assert task.auditors == (OWNER,)  # nobody by the template, so the diagram's owner


async def test_c6_the_originator_of_the_template_is_the_creator() -> None:
    task = await built(template(members=(Member("O", HEAD), Member("R", CLERK)), **BARE))
    assert (task.created_by, task.responsible_id) == (HEAD, CLERK)


async def test_an_older_add_on_is_not_given_variables() -> None:
    async with open_addon(template(members=(Member("R", resolver="supervisor"),), **BARE)) as world:
        known = await world.client.inspector.get()
        assert known.resolves
        assert known.methods is not None
        world.client.inspector._known = replace(known, methods=known.methods - {"imena.camunda.resolvers.list"})
        assert world.task((await build(world)).ref).responsible_id == STARTED_BY  # by startedBy, not by the resolver


RULES: list[tuple[str, dict[str, Any], tuple[Member, ...], str, Any]] = [
    ("R of the template", {}, (Member("R", CLERK),), "responsible_id", CLERK),
    ("a code of an employee", {}, (Member("R", code=f"U{ENGINEER}"),), "responsible_id", ENGINEER),
    ("RESPONSIBLE_ID without R", {"RESPONSIBLE_ID": LAWYER}, (), "responsible_id", LAWYER),
    ("supervisor instead", {"RESPONSIBLE_USE_SUPERVISOR": "Y"}, (), "responsible_id", SUPERVISOR),
    ("nobody: who started it", {}, (), "responsible_id", STARTED_BY),
    ("CREATED_BY", {"CREATED_BY": HEAD}, (), "created_by", HEAD),
    ("CREATED_BY beats its supervisor", {"CREATED_BY": HEAD, "CREATED_BY_USE_SUPERVISOR": "Y"}, (), "created_by", HEAD),
    ("supervisor as creator", {"CREATED_BY_USE_SUPERVISOR": "Y"}, (), "created_by", SUPERVISOR),
    ("nobody: who started it creates", {}, (), "created_by", STARTED_BY),
    ("A of the template", {}, (Member("A", CLERK), Member("A", LAWYER)), "accomplices", (CLERK, LAWYER)),
    ("A and the supervisor", {"RESPONSIBLES_USE_SUPERVISOR": "Y"}, (Member("A", CLERK),), "accomplices",
     (CLERK, SUPERVISOR)),
    ("U of the template", {}, (Member("U", CLERK),), "auditors", (CLERK,)),
    ("U and the supervisor", {"AUDITORS_USE_SUPERVISOR": "Y"}, (Member("U", CLERK),), "auditors", (CLERK, SUPERVISOR)),
    ("no U: the diagram's owner", {}, (), "auditors", (OWNER,)),
    ("priority", {"PRIORITY": 2}, (), "priority", 2),
    ("group of the template", {"GROUP_ID": 12}, (), "group_id", 12),
    ("group of the process", {"GROUP_ID": 0}, (), "group_id", 3),
    ("control", {"TASK_CONTROL": "Y"}, (), "task_control", True),
    ("deadline may be changed", {"ALLOW_CHANGE_DEADLINE": "Y"}, (), "allow_change_deadline", True),
    ("time tracking", {"ALLOW_TIME_TRACKING": "Y", "TIME_ESTIMATE": 7200}, (), "time_estimate", 7200),
    ("CRM", {"UF_CRM_TASK": ["D_10"]}, (), "crm", ["D_10"]),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "members", "name", "expected"), [row[1:] for row in RULES],
                         ids=[row[0] for row in RULES])  # fmt: skip
async def test_a_field_of_the_task_by_the_rules_of_the_template(
    fields: dict[str, Any], members: tuple[Member, ...], name: str, expected: Any
) -> None:
    task = await built(template(fields=fields, members=members, **BARE))
    assert (task.user_fields["UF_CRM_TASK"] if name == "crm" else getattr(task, name)) == expected


async def test_without_a_supervisor_the_one_who_started_takes_his_place() -> None:
    async with open_addon(template(fields={"CREATED_BY_USE_SUPERVISOR": "Y"}, members=(), **BARE)) as world:
        world.portal.directory.departments.clear()
        assert world.task((await build(world)).ref).created_by == STARTED_BY


async def test_a_supervisor_that_is_needed_and_missing_is_said() -> None:
    said: list[str] = []
    sink = log.add(lambda message: said.append(str(message.record["extra"].get("remark"))), level="WARNING")
    async with open_addon(template(fields={"CREATED_BY_USE_SUPERVISOR": "Y"}, **BARE)) as world:
        world.portal.directory.departments.clear()
        await build(world)
        assert "руководитель запустившего процесс: его нет; вместо него — сам запустивший" in said
        said.clear()
        world.portal.templates[139] = template(fields={}, **BARE)
        await build(world, "task-2")
    log.remove(sink)
    assert "руководитель" not in remarks_of(said)


def test_people_of_a_stock_template_are_read_from_phps_own_notation() -> None:
    row = {"ID": "1", "RESPONSIBLES": 'a:2:{i:0;s:3:"102";i:1;i:5;}', "AUDITORS": "a:0:{}", "ACCOMPLICES": [7, "8", 0],
           "TAGS": {"35": {"NAME": "а"}}}  # fmt: skip
    remarks = Remarks()
    found = stock_template(row, [], remarks)
    assert found is not None
    assert (found.cast.responsible, found.cast.accomplices, found.cast.auditors) == (102, (7, 8), ())
    assert found.tags == ("а",)
    assert "остальные (5)" in remarks_of(list(remarks))
    assert stock_template({}, [], remarks) is None


async def test_what_the_element_sets_itself_beats_the_template() -> None:
    given = {
        "title": "Своё",
        "description": "Своё описание",
        "responsible": str(CLERK),
        "creator": str(HEAD),
        "auditors": str(LAWYER),
        "accomplices": str(ENGINEER),
        "priority": "0",
        "groupId": "44",
        "tags": "своя",
        "stageId": "7",
        "flowId": "8",
        "crm": "D_10, C_7",
        "checklists": "Мой список • раз • два",
        "files": "903",
    }
    async with open_addon(
        template(fields={"GROUP_ID": 12, "PRIORITY": 2}, members=(Member("R", LAWYER),), items=())
    ) as world:
        world.portal.drive.put(replace(world.portal.drive.files[901], id=903))
        world.portal.module.load(Diagram(5, PROCESS, elements=(Element(ELEMENT, template_id=139),)))
        task = world.task((await build(world, extension_properties=given)).ref)
    assert (task.title, task.description.partition("\n")[0]) == ("Своё", "Своё описание")
    assert (task.responsible_id, task.created_by) == (CLERK, HEAD)
    assert (task.auditors, task.accomplices, task.tags) == ((LAWYER,), (ENGINEER,), ("своя",))
    assert (task.priority, task.group_id, task.stage_id, task.flow_id) == (0, 44, 7, 8)
    assert task.user_fields["UF_CRM_TASK"] == ["D_10", "C_7"]
    assert attached_files(world.portal, task) == [903]
    assert lists_of(world.portal, task.id) == [("Мой список", [("раз", []), ("два", [])])]


async def test_lists_of_the_template_beat_those_that_a_conversion_left_in_the_diagram() -> None:
    async with open_addon() as world:
        made = await build(world, extension_properties={"checklists": '[{"name": "Старый", "items": ["раз"]}]'})
        assert [title for title, _ in lists_of(world.portal, int(made.ref.id))] == ["Первый", "Второй"]


async def test_a_template_beats_the_variables_of_the_process() -> None:
    variables = VARIABLES | {"responsible": LAWYER, "creator": LAWYER}
    task = await built(template(members=(Member("R", CLERK), Member("O", HEAD)), **BARE), variables=variables)
    assert (task.responsible_id, task.created_by) == (CLERK, HEAD)


async def test_a_template_that_the_element_does_not_find_is_taken_by_its_number() -> None:
    async with open_addon() as world:
        world.portal.module.load(Diagram(5, PROCESS, elements=(Element(ELEMENT, template_id=139, bound=False),)))
        assert world.task((await build(world)).ref).title == "Шаблон"


async def test_the_number_in_the_diagram_is_the_strongest() -> None:
    async with open_addon() as world:
        world.portal.templates[140] = Template(140, "Другой")
        task = world.task((await build(world, extension_properties={"templateId": "140"})).ref)
        assert task.title == "Другой"


def remarks_of(lines: list[str]) -> str:
    return " ".join(lines)


async def test_what_a_diagram_cannot_get_is_said_with_the_reason() -> None:
    said: list[str] = []
    sink = log.add(lambda message: said.append(str(message.record["extra"].get("remark"))), level="WARNING")
    members = (Member("R", CLERK), Member("R", LAWYER), Member("A", code="DR2"))
    async with open_addon(template(members=members)) as world:
        world.portal.store.tasks[500].user_fields["UF_ELEMENT_ID"] = "другой"
        world.portal.lists.clear()
        with remarks_heard() as heard:
            await build(world, extension_properties={"templateId": "139"})
            await build(world, "task-2", extension_properties={"templateId": "777"})
    log.remove(sink)
    assert [str(each) for each in heard] == list(dict.fromkeys(said))  # the way of the task tells what the log does
    for word in ("исполнители шаблона", f"остальные ({LAWYER})", "DR2 — не сотрудник", "предшественник Activity_0",
                 "имя в описании (list31x5)", "шаблон задачи: Task template not found"):  # fmt: skip
        assert word in remarks_of(said)


async def test_a_hiccup_of_the_template_is_a_retry_and_not_a_poorer_task() -> None:
    async with open_addon() as world:
        for fault in (FaultKind.ERROR_500_BEFORE, FaultKind.DROP_BEFORE_COMMIT):
            world.portal.faults.add(Fault(fault, "imena.camunda.tasktemplate.get", inside=True))
        made = await world.make("task-1")
        assert world.task(made.ref).title == "Шаблон"
        assert world.objects(world.key("task-1")) == 1


async def test_a_template_without_the_add_on_comes_by_its_number_from_the_diagram() -> None:
    async with open_world() as world:
        world.portal.templates[139] = template(
            fields={"PRIORITY": 2, "DEADLINE_AFTER": 3600, "GROUP_ID": 12, "UF_CRM_TASK": ["L_4"]},
            members=(Member("R", CLERK), Member("O", HEAD), Member("A", ENGINEER), Member("U", LAWYER)),
        )
        world.portal.drive.put(DriveFile(901, "образец.docx"))
        before = world.portal.requests.total()
        made = await build(world, variables={"startedBy": CLERK}, extension_properties={"templateId": "139"})
        spent = world.portal.requests.total() - before
        task = world.task(made.ref)
        assert spent <= 5  # the capabilities are learnt by one of them
        assert (task.title, task.description, task.priority, task.group_id) == ("Шаблон", "Опис", 2, 12)
        assert (task.responsible_id, task.created_by) == (CLERK, HEAD)
        assert (task.accomplices, task.auditors, task.tags) == ((ENGINEER,), (LAWYER,), ("a", "b"))
        assert task.user_fields["UF_CRM_TASK"] == ["L_4"]
        assert attached_files(world.portal, task) == [901]
        assert lists_of(world.portal, task.id) == [("Первый", [("раз", [])]), ("Второй", [("два", [])])]


async def test_a_stock_template_that_does_not_exist_leaves_a_plain_task_and_a_word_about_it() -> None:
    said: list[str] = []
    sink = log.add(lambda message: said.append(str(message.record["extra"].get("remark"))), level="WARNING")
    async with open_world() as world:
        made = await build(world, variables={"startedBy": CLERK}, extension_properties={"templateId": "7"})
        assert world.task(made.ref).title == "Согласовать договор"
    log.remove(sink)
    assert "шаблон задачи (№7)" in remarks_of(said)


async def test_predecessors_of_a_diagram_on_a_stock_portal_are_plain_dependencies() -> None:
    async with open_world() as world:
        first = world.task((await build(world, variables={"startedBy": CLERK})).ref)
        world.person().add_result(first.id, "готово")
        second = await build(
            world, "task-2", variables={"startedBy": CLERK}, extension_properties={"predecessors": "Activity_1"}
        )
        task = world.task(second.ref)
        assert task.depends_on == (first.id,)
        assert f"[B]Задача №{first.id}:[/B]\n  готово" in task.description
