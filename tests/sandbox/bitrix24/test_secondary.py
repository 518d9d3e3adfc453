"""Files, check lists, batches that break: what secondary steps meet on a portal."""

from __future__ import annotations

from dataclasses import replace

import aiohttp
import pytest

from exchanger.sandbox.bitrix24 import Fault, FaultKind, Portal
from exchanger.sandbox.bitrix24.drive import DriveFile, attached_files
from exchanger.sandbox.bitrix24.person import Person
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK, ENGINEER
from tests.sandbox.bitrix24.client import Client


async def test_a_file_is_attached_as_often_as_it_is_asked_for(client: Client, portal: Portal) -> None:
    portal.drive.put(DriveFile(55, "a.docx"), DriveFile(56, "b.docx", readers=frozenset({ENGINEER})))
    await client.add()
    await client.result("tasks.task.files.attach", {"taskId": 1, "fileId": 55})
    made = await client.result("tasks.task.files.attach", {"taskId": 1, "fileId": 55})
    found = await client.result("disk.attachedObject.get", {"id": made["attachmentId"]})
    assert (found["NAME"], found["OBJECT_ID"]) == ("a.docx", "55")
    assert attached_files(portal, portal.store.tasks[1]) == [55, 55]
    assert await client.error("tasks.task.files.attach", {"taskId": 1, "fileId": 56}) == (400, "ERROR_CORE")


async def test_a_file_may_be_attached_by_the_creation(client: Client, portal: Portal) -> None:
    portal.drive.put(DriveFile(55, "a.docx"))
    await client.add(UF_TASK_WEBDAV_FILES=["n55"])
    assert attached_files(portal, portal.store.tasks[1]) == [55]


@pytest.mark.parametrize("new_card", [False, True])
async def test_files_of_a_result_are_told_by_the_card_that_the_portal_has(
    client: Client, portal: Portal, new_card: bool
) -> None:
    portal.build = replace(portal.build, new_card=new_card)
    portal.drive.put(DriveFile(55, "r.docx"))
    await client.add()
    Person(portal, portal.user(ADMIN)).add_result(1, "готово", 55)
    (row,) = await client.result("tasks.task.result.list", {"taskId": 1})
    params = [1, row["commentId"]]
    if new_card:
        assert row["commentId"] == 0
        assert await client.error("task.commentitem.get", params) == (400, "ERROR_CORE")
    else:
        (file,) = (await client.result("task.commentitem.get", params))["ATTACHED_OBJECTS"].values()
        assert (file["NAME"], file["FILE_ID"], file["ATTACHMENT_ID"]) == ("r.docx", "55", str(row["files"][0]))


async def test_new_check_lists_come_on_top_and_new_items_below(client: Client) -> None:
    await client.add()
    for title in ("первый", "второй"):
        root = await client.result("task.checklistitem.add", [1, {"TITLE": title, "PARENT_ID": 0}])
        for item in ("а", "б"):
            await client.result("task.checklistitem.add", [1, {"TITLE": item, "PARENT_ID": root}])
    rows = await client.result("task.checklistitem.getlist", [1])
    assert [row["TITLE"] for row in rows if row["PARENT_ID"] == "0"] == ["второй", "первый"]
    assert [row["TITLE"] for row in rows if row["PARENT_ID"] != "0"] == ["а", "б", "а", "б"]


async def test_an_unknown_parent_makes_a_new_check_list_and_members_join_the_task(
    client: Client, portal: Portal
) -> None:
    await client.add()
    fields = {"TITLE": "Сирота", "PARENT_ID": 999, "MEMBERS": {str(CLERK): {"TYPE": "A"}, "5": {"TYPE": "U"}}}
    await client.result("task.checklistitem.add", [1, fields])
    (row,) = await client.result("task.checklistitem.getlist", [1])
    assert row["PARENT_ID"] == "0"
    assert (portal.store.tasks[1].accomplices, portal.store.tasks[1].auditors) == ((CLERK,), (5,))


async def test_a_fault_inside_a_batch_is_one_commands_refusal_or_the_end_of_the_batch(
    client: Client, portal: Portal
) -> None:
    await client.add()
    add = "task.checklistitem.add?TASKID=1&FIELDS[TITLE]={}&FIELDS[PARENT_ID]=0"
    body = {"halt": 0, "cmd": {"a": add.format("а"), "b": add.format("б"), "c": add.format("в")}}
    portal.faults.add(Fault(FaultKind.ERROR_500_BEFORE, "task.checklistitem.add", skip=1, inside=True))
    result = await client.result("batch", body)
    assert (list(result["result"]), list(result["result_error"])) == (["a", "c"], ["b"])
    portal.faults.add(Fault(FaultKind.COMMIT_THEN_DROP, "task.checklistitem.add", skip=1, inside=True))
    with pytest.raises(aiohttp.ClientError):
        await client.result("batch", body)
    assert len(portal.checklists[1]) == 4


async def test_a_halted_batch_stops_at_the_first_refusal(client: Client, portal: Portal) -> None:
    await client.add()
    body = {"halt": 1, "cmd": {"a": "tasks.task.files.attach?taskId=1&fileId=9", "b": "tasks.task.delete?taskId=1"}}
    result = await client.result("batch", body)
    assert (result["result"], list(result["result_error"])) == ([], ["a"])
    assert 1 in portal.store.tasks


async def test_the_working_calendar_and_lists(client: Client) -> None:
    calendar = await client.result("calendar.settings.get")
    assert (calendar["work_time_start"], calendar["week_holidays"]) == ("9", ["SA", "SU"])
    assert await client.result("lists.element.get", {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 1, "ELEMENT_ID": 2}) == []
