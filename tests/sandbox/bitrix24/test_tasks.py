"""tasks.task.*: shapes, checks and refusals as the portal gives them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchanger.sandbox.bitrix24 import Portal
from exchanger.sandbox.bitrix24.access import Webhook
from exchanger.sandbox.bitrix24.model import UserField, UserFieldType
from exchanger.sandbox.bitrix24.seed import ENGINEER
from tests.sandbox.bitrix24.client import Client


async def test_a_created_task_comes_back_in_camel_case_with_strings(client: Client) -> None:
    task = (await client.result("tasks.task.add", {"fields": {"TITLE": "Дело", "RESPONSIBLE_ID": 3, "PRIORITY": 2}}))[
        "task"
    ]
    wanted = {
        "id": "1",
        "status": "2",
        "priority": "2",
        "createdBy": "1",
        "responsibleId": "3",
        "group": [],
        "auditors": [],
    }
    assert {name: task[name] for name in wanted} == wanted
    assert (task["deadline"], task["taskControl"], task["xmlId"]) == (None, "N", None)
    assert not any(name.startswith("uf") for name in task)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"RESPONSIBLE_ID": 3}, "ERROR_CORE"),
        ({"TITLE": " ", "RESPONSIBLE_ID": 3}, "ERROR_CORE"),
        ({"TITLE": "x"}, "ERROR_CORE"),
        ({"TITLE": "x", "RESPONSIBLE_ID": 6}, "ERROR_CORE"),
        ({"TITLE": "x", "RESPONSIBLE_ID": 3, "PARENT_ID": 99}, "ERROR_CORE"),
        ({"TITLE": "x", "RESPONSIBLE_ID": 3, "DEADLINE": "завтра"}, "ERROR_CORE"),
        ({"TITLE": "x", "RESPONSIBLE_ID": 3, "UF_RESULT_ANSWER": 99}, "ERROR_CORE"),
        (
            {"TITLE": "x", "RESPONSIBLE_ID": 3, "START_DATE_PLAN": "2026-02-02", "END_DATE_PLAN": "2026-01-01"},
            "ERROR_CORE",
        ),
        ("x", "100"),
        (None, "100"),
    ],
)
async def test_a_bad_task_is_refused_and_not_created(client: Client, portal: Portal, fields: object, code: str) -> None:
    status, body = await client.send("tasks.task.add", {"fields": fields})
    assert (status, body["error"], portal.store.tasks) == (400, code, {})
    assert code != "ERROR_CORE" or body["error_description"].endswith("<br>")
    assert "time" not in body


async def test_a_mandatory_user_field_must_be_given(client: Client, portal: Portal) -> None:
    portal.user_fields.add(UserField(200, "UF_REASON", UserFieldType.STRING, "Причина", mandatory=True))
    assert await client.error("tasks.task.add", {"fields": {"TITLE": "x", "RESPONSIBLE_ID": 3}}) == (400, "ERROR_CORE")
    assert await client.add(UF_REASON="так надо") == 1


async def test_unknown_fields_are_dropped_silently(client: Client, portal: Portal) -> None:
    await client.add(UF_NO_SUCH="x", title="малые буквы", NOPE=1)
    task = portal.store.tasks[1]
    assert (task.title, task.user_fields) == ("Дело", {})


async def test_a_missing_task_is_an_empty_list_with_code_200(client: Client) -> None:
    assert await client.result("tasks.task.get", {"taskId": 404}) == []


async def test_get_returns_user_fields_only_when_selected(client: Client) -> None:
    await client.add(UF_RESULT_EXPECTED="Y", UF_RESULT_ANSWER=26, UF_CAMUNDA_ID_EXTERNAL_TASK="ext")
    plain = (await client.result("tasks.task.get", {"taskId": 1}))["task"]
    row = (await client.result("tasks.task.get", {"taskId": 1, "select": ["ID", "UF_*", "NO_SUCH", "TAGS"]}))["task"]
    assert "ufResultAnswer" not in plain
    assert (row["ufResultExpected"], row["ufResultAnswer"], row["ufCamundaIdExternalTask"]) == ("1", "26", "ext")
    assert (row["ufResultQuestion"], row["ufCrmTask"], row["chatId"]) == (None, False, 100001)
    assert "tags" not in row
    assert "noSuch" not in row


async def test_the_three_file_and_crm_fields_come_together(client: Client) -> None:
    await client.add()
    row = (await client.result("tasks.task.get", {"taskId": 1, "select": ["UF_CRM_TASK"]}))["task"]
    assert {"ufCrmTask", "ufTaskWebdavFiles", "ufMailMessage"} <= set(row)


async def test_one_instant_is_shown_in_the_zone_of_the_caller(client: Client, portal: Portal) -> None:
    await client.add(DEADLINE="2026-05-01T10:00:00", RESPONSIBLE_ID=ENGINEER)
    portal.access.webhooks.append(Webhook(ENGINEER, "other"))
    base = f"{client.running.url}/rest/{ENGINEER}/other/"
    mine = (await client.result("tasks.task.get", {"taskId": 1}))["task"]
    _, body = await client.send("tasks.task.get", {"taskId": 1}, base=base)
    assert (mine["deadline"], body["result"]["task"]["deadline"]) == (
        "2026-05-01T10:00:00+03:00",
        "2026-05-01T12:00:00+05:00",
    )


async def test_update_delete_and_history(client: Client, portal: Portal) -> None:
    await client.add()
    await client.result("tasks.task.update", {"taskId": 1, "fields": {"TITLE": "Иначе", "RESPONSIBLE_ID": 4}})
    assert await client.result("tasks.task.delete", {"taskId": 1}) == {"task": True}
    rows = (await client.result("tasks.task.history.list", {"taskId": 1}))["list"]
    assert [(row["field"], row["value"]["from"], row["value"]["to"]) for row in rows] == [
        ("NEW", None, None),
        ("RESPONSIBLE_ID", "3", "4"),
        ("TITLE", "Дело", "Иначе"),
        ("DELETE", None, None),
    ]
    only = (await client.result("tasks.task.history.list", {"taskId": 1, "filter": {"FIELD": "DELETE"}}))["list"]
    assert [row["user"]["id"] for row in only] == [1]


@pytest.mark.parametrize(
    ("method", "params", "code"),
    [
        ("tasks.task.update", {"taskId": 0, "fields": {"TITLE": "x"}}, "0"),
        ("tasks.task.update", {"taskId": 404, "fields": {"TITLE": "x"}}, "0"),
        ("tasks.task.update", {"fields": {"TITLE": "x"}}, "100"),
        ("tasks.task.complete", {"taskId": 404}, "1048582"),
        ("tasks.task.delete", {"taskId": 404}, "1048582"),
        ("tasks.task.approve", {}, "100"),
    ],
)
async def test_refusals_have_the_codes_of_the_portal(client: Client, method: str, params: object, code: str) -> None:
    assert await client.error(method, params) == (400, code)


async def test_access_tells_what_each_person_may_do(client: Client) -> None:
    await client.add()
    allowed = (await client.result("tasks.task.getaccess", {"taskId": 1, "users": [1, 3]}))["allowedActions"]
    assert (allowed["1"]["DELETE"], allowed["3"]["DELETE"], allowed["3"]["START"]) == (True, False, True)


async def test_results_are_numbers_and_newest_first(client: Client) -> None:
    await client.add()
    v3 = client.running.webhook_url.replace("/rest/", "/rest/api/")
    for text in ("первый", "<второй>"):
        status, body = await client.send("tasks.task.result.add", {"fields": {"taskId": 1, "text": text}}, base=v3)
        assert (status, body["result"]["item"]["status"]) == (200, "open")
    rows = await client.result("tasks.task.result.list", {"taskId": 1})
    assert [(row["id"], row["taskId"], row["status"], row["text"]) for row in rows] == [
        (2, 1, 0, "<второй>"),
        (1, 1, 0, "первый"),
    ]
    await client.result("tasks.task.complete", {"taskId": 1})
    assert [row["status"] for row in await client.result("tasks.task.result.list", {"taskId": 1})] == [1, 1]
    info = (await client.result("tasks.task.get", {"taskId": 1, "params": {"WITH_RESULT_INFO": "Y"}}))["task"]
    assert (info["taskHasResult"], info["taskHasOpenResult"]) == ("Y", "N")


async def test_comments_are_hidden_by_the_new_card(client: Client, portal: Portal) -> None:
    await client.add()
    assert await client.result("task.commentitem.add", {"TASKID": 1, "FIELDS": {"POST_MESSAGE": "Вот"}}) == 1
    assert await client.result("task.commentitem.getlist", {"TASKID": 1}) == []
    portal.build = replace(portal.build, new_card=False)
    assert [row["POST_MESSAGE"] for row in await client.result("task.commentitem.getlist", {"TASKID": 1})] == ["Вот"]


async def test_check_list_items_are_toggled_and_deleted_with_their_children(client: Client) -> None:
    await client.add()
    parent = await client.result("task.checklistitem.add", [1, {"TITLE": "Лист"}])
    child = await client.result("task.checklistitem.add", [1, {"TITLE": "Пункт", "PARENT_ID": parent}])
    assert await client.result("task.checklistitem.complete", [1, child]) is True
    rows = await client.result("task.checklistitem.getlist", [1])
    assert {row["ID"]: row["IS_COMPLETE"] for row in rows} == {str(parent): "N", str(child): "Y"}
    assert await client.result("task.checklistitem.renew", [1, child]) is True
    assert await client.result("task.checklistitem.delete", [1, parent]) is True
    assert await client.result("task.checklistitem.getlist", [1]) == []
    assert await client.error("task.checklistitem.complete", [1, child]) == (400, "ERROR_CORE")


async def test_the_variants_of_the_answer_can_be_learnt_on_a_stock_portal(client: Client, portal: Portal) -> None:
    fields = (await client.result("tasks.task.getFields"))["fields"]
    assert fields["UF_RESULT_ANSWER"] == {"title": "Ответ", "type": "enumeration", "values": {"26": "ДА", "27": "НЕТ"}}
    rows = await client.result(
        "task.item.userfield.getlist", {"ORDER": {}, "FILTER": {"FIELD_NAME": "UF_RESULT_ANSWER"}}
    )
    assert [(item["ID"], item["VALUE"]) for item in rows[0]["LIST"]] == [("26", "ДА"), ("27", "НЕТ")]
    assert await client.error("imena.camunda.userfield.list") == (404, "ERROR_METHOD_NOT_FOUND")
    portal.build = replace(portal.build, addon=True)
    listed = await client.result("imena.camunda.userfield.list")
    answer = next(row for row in listed["userFields"] if row["FIELD_NAME"] == "UF_RESULT_ANSWER")
    assert [(item["ID"], item["VALUE"], item["DEF"]) for item in answer["ENUM_VALUES"]] == [
        ("26", "ДА", "N"),
        ("27", "НЕТ", "N"),
    ]


async def test_a_user_field_is_added_once_and_only_of_a_simple_type(client: Client) -> None:
    params = {"PARAMS": {"USER_TYPE_ID": "string", "FIELD_NAME": "NOTE"}}
    assert await client.result("task.item.userfield.add", params) == 107
    assert await client.error("task.item.userfield.add", params) == (400, "ERROR_CORE")
    listed = {"PARAMS": {"USER_TYPE_ID": "enumeration", "FIELD_NAME": "L"}}
    assert await client.error("task.item.userfield.add", listed) == (400, "ERROR_CORE")
    await client.add(UF_NOTE="да")
    assert await client.ids({"UF_NOTE": "да"}) == [1]
