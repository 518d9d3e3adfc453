"""Requests in every form that PHP accepts."""

from __future__ import annotations

import pytest
from aiohttp import FormData

from exchanger.sandbox.bitrix24 import Portal
from exchanger.sandbox.bitrix24.params import merge, parse_query
from tests.sandbox.bitrix24.client import Client


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a=1&a=2", {"a": "2"}),
        ("fields[TITLE]=x+y&select[]=ID&select[]=TITLE", {"fields": {"TITLE": "x y"}, "select": ["ID", "TITLE"]}),
        ("fields[AUDITORS][0]=5&fields[AUDITORS][1]=6", {"fields": {"AUDITORS": ["5", "6"]}}),
        ("f[SE][0][CODE]=3&f[SE][0][VALUE]=Y", {"f": {"SE": [{"CODE": "3", "VALUE": "Y"}]}}),
        ("0=7&1[TITLE]=x", {"0": "7", "1": {"TITLE": "x"}}),
        (
            "filter[%3E%3DCHANGED_DATE]=2026-01-01T00:00:00+03:00",
            {"filter": {">=CHANGED_DATE": "2026-01-01T00:00:00 03:00"}},
        ),
        ("a[3]=x&a[]=y", {"a": {"3": "x", "4": "y"}}),
        ("a[]=", {"a": [""]}),
        ("", {}),
    ],
)
def test_a_query_is_nested_as_parse_str_does(text: str, expected: dict[str, object]) -> None:
    assert parse_query(text) == expected


def test_the_body_beats_the_query_and_the_order_of_keys_stays() -> None:
    assert list(merge({"TASKID": 1, "x": 1}, {"FIELDS": {}, "x": 2}).items()) == [
        ("TASKID", 1),
        ("x", 2),
        ("FIELDS", {}),
    ]


async def test_json_form_multipart_and_query_create_the_same_task(client: Client, portal: Portal) -> None:
    url = client.running.webhook_url + "Tasks.Task.ADD.json/"
    await client.send("tasks.task.add", {"fields": {"TITLE": "Дело", "RESPONSIBLE_ID": 3, "AUDITORS": [4, 5]}})
    flat = {
        "fields[TITLE]": "Дело",
        "fields[RESPONSIBLE_ID]": "3",
        "fields[AUDITORS][0]": "4",
        "fields[AUDITORS][1]": "5",
    }
    multipart = FormData(flat, default_to_multipart=True)
    await client.session.post(url, data=flat)
    await client.session.post(url, data=multipart)
    await client.session.get(url, params=flat)
    await client.session.post(
        url, data=b'{"fields":{"TITLE":"\xd0\x94\xd0\xb5\xd0\xbb\xd0\xbe","RESPONSIBLE_ID":3,"AUDITORS":{"x":4,"y":5}}}'
    )
    tasks = list(portal.store.tasks.values())
    assert [(task.title, task.responsible_id, task.auditors) for task in tasks] == [("Дело", 3, (4, 5))] * 5


async def test_invalid_json_means_no_parameters_in_v2(client: Client) -> None:
    async with client.session.post(
        client.running.webhook_url + "tasks.task.add", data=b"{oops", headers={"Content-Type": "application/json"}
    ) as response:
        body = await response.json()
    assert (response.status, body["error"]) == (400, "100")


async def test_invalid_json_is_an_error_in_v3(client: Client) -> None:
    url = client.running.webhook_url.replace("/rest/", "/rest/api/") + "tasks.task.result.add"
    async with client.session.post(url, data=b"{oops") as response:
        body = await response.json()
    assert (response.status, body["error"]["code"]) == (400, "BITRIX_REST_V3_EXCEPTION_INVALIDJSONEXCEPTION")


@pytest.mark.parametrize(
    "params", [{"TASKID": 1, "FIELDS": {"TITLE": "Лист"}}, {"0": 1, "1": {"TITLE": "Лист"}}, [1, {"TITLE": "Лист"}]]
)
async def test_a_check_list_takes_parameters_by_position(client: Client, params: object) -> None:
    await client.add()
    item = await client.result("task.checklistitem.add", params)
    rows = await client.result("task.checklistitem.getlist", {"TASKID": 1})
    assert [(row["ID"], row["TITLE"], row["PARENT_ID"], row["MEMBERS"]) for row in rows] == [
        (str(item), "Лист", "0", [])
    ]


async def test_a_wrong_order_of_parameters_is_false_and_not_an_error(client: Client) -> None:
    await client.add()
    assert await client.result("task.checklistitem.add", {"FIELDS": {"TITLE": "Лист"}, "TASKID": 1}) is False
