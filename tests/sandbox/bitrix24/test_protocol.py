"""Routing, envelope, rights, batch, limits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exchanger.sandbox.bitrix24 import Limits, Portal
from exchanger.sandbox.bitrix24.access import Token, Webhook
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK, DISMISSED, SECRET
from tests.sandbox.bitrix24.client import Client
from tests.sandbox.bitrix24.conftest import ManualClock


async def test_success_has_time_and_headers_of_the_portal(client: Client) -> None:
    async with client.session.get(client.running.webhook_url + "server.time") as response:
        body = await response.json()
    assert body["result"] == "2026-03-02T12:00:00+03:00"
    assert set(body["time"]) == {
        "start", "finish", "duration", "processing", "date_start", "date_finish", "operating_reset_at", "operating",
    }  # fmt: skip
    assert response.headers["Content-Type"] == "application/json; charset=utf-8"
    assert response.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("name", ["PROFILE", "profile.json", "profile/", "Profile.JSON/"])
async def test_names_of_methods_ignore_case_and_suffix(client: Client, name: str) -> None:
    assert (await client.result(name))["ID"] == "1"


@pytest.mark.parametrize(
    "path", ["/rest/1/{s}/no.such", "/rest/1/{s}/tasks.task.result.add", "/rest/x/y/z/w", "/rest/"]
)
async def test_an_unknown_method_is_404(client: Client, path: str) -> None:
    status, body = await client.send(path.format(s=SECRET), base=client.running.url)
    assert (status, body) == (404, {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"})


async def test_wrong_keys_are_told_apart(client: Client, portal: Portal, clock: ManualClock) -> None:
    portal.access.webhooks += [
        Webhook(DISMISSED, "gone"),
        Webhook(CLERK, "narrow", frozenset({"user"})),
        Webhook(CLERK, "old", expires=clock() - timedelta(days=1)),
    ]
    portal.access.tokens += [Token(CLERK, "stale", clock()), Token(CLERK, "good", clock() + timedelta(hours=1))]

    async def code(path: str, **params: Any) -> tuple[int, str]:
        status, body = await client.send(path, params, base=client.running.url + "/rest/")
        return status, body.get("error", "")

    assert await code("1/wrong/profile") == (401, "INVALID_CREDENTIALS")
    assert await code(f"{CLERK}/old/profile") == (401, "INVALID_CREDENTIALS")
    assert await code(f"{DISMISSED}/gone/profile") == (403, "user_access_error")
    assert await code(f"{CLERK}/narrow/tasks.task.get", taskId=1) == (403, "insufficient_scope")
    assert await code("profile") == (401, "NO_AUTH_FOUND")
    assert await code("profile", auth="stale") == (401, "expired_token")
    assert await code("profile", auth="good") == (200, "")


async def test_what_a_key_may_do_can_be_asked(client: Client, portal: Portal) -> None:
    portal.access.webhooks.append(Webhook(ADMIN, "narrow", frozenset({"user"})))
    base = f"{client.running.url}/rest/{ADMIN}/narrow/"
    assert (await client.send("scope", base=base))[1]["result"] == ["user"]
    names = (await client.send("methods", base=base))[1]["result"]
    assert "user.get" in names
    assert "tasks.task.add" not in names
    found = (await client.send("method.get", {"name": "tasks.task.add"}, base=base))[1]["result"]
    assert found == {"isExisting": True, "isAvailable": False}
    assert await client.result("events") == ["ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE"]


async def test_people_and_departments_are_found(client: Client) -> None:
    async def users(**filter_: Any) -> list[str]:
        return [row["ID"] for row in await client.result("user.get", {"FILTER": filter_})]

    assert await users(EMAIL="MARIA.kuznetsova@portal.example") == ["3"]
    assert await users(ACTIVE=False) == ["6"]
    assert await users(ID=[2, 3], ACTIVE="Y") == ["2", "3"]
    assert await users(NO_SUCH="x") == ["1", "2", "3", "4", "5", "6"]
    assert [row["ID"] for row in await client.result("user.get", {"ID": 4})] == ["4"]
    assert await client.result("department.get", {"ID": 2}) == [
        {"ID": "2", "NAME": "Отдел продаж", "SORT": 500, "PARENT": "1", "UF_HEAD": "2"}
    ]
    assert (await client.result("user.current"))["EMAIL"] == "anna.smirnova@portal.example"


async def test_a_batch_runs_in_order_and_substitutes_results_even_inside_a_text(client: Client, portal: Portal) -> None:
    commands = {
        "a": "tasks.task.add?fields[TITLE]=One&fields[RESPONSIBLE_ID]=3",
        "b": "tasks.task.add?fields[TITLE]=After%20$result[a][task][id]"
        "&fields[RESPONSIBLE_ID]=$result[a][task][responsible][id]",
        "c": "tasks.task.get?taskId=404",
        "d": "no.such",
        "e": "batch?cmd[x]=profile",
        "f": "tasks.task.list?select[]=ID",
    }
    body = await client.result("batch", {"halt": 0, "cmd": commands})
    assert [task.title for task in portal.store.tasks.values()] == ["One", "After 1"]
    assert body["result"]["c"] == []
    assert {name: error["error"] for name, error in body["result_error"].items()} == {
        "d": "ERROR_METHOD_NOT_FOUND",
        "e": "ERROR_BATCH_METHOD_NOT_ALLOWED",
    }
    assert (body["result_total"], body["result_next"]) == ({"f": 2}, [])
    assert set(body["result_time"]) == {"a", "b", "c", "f"}


@pytest.mark.parametrize(("halt", "runs"), [(1, 1), ("false", 1), (0, 2), ("0", 2), (False, 2)])
async def test_halt_is_a_boolean_of_php(client: Client, halt: object, runs: int) -> None:
    body = await client.result("batch", {"halt": halt, "cmd": ["no.such", "profile"]})
    assert len(body["result_error"]) + len(body["result"]) == runs


async def test_commands_beyond_fifty_are_refused_one_by_one(client: Client) -> None:
    body = await client.result("batch", {"cmd": {f"c{number}": "server.time" for number in range(52)}})
    assert (len(body["result"]), sorted(body["result_error"])) == (50, ["c50", "c51"])
    assert body["result_error"]["c50"]["error"] == "ERROR_BATCH_LENGTH_EXCEEDED"


async def test_an_all_failed_batch_is_still_200(client: Client) -> None:
    status, body = await client.send("batch", {"cmd": ["no.such"]})
    assert (status, body["result"]["result"], len(body["result"]["result_error"])) == (200, [], 1)


async def test_the_bucket_counts_requests_and_leaks(client: Client, portal: Portal, clock: ManualClock) -> None:
    portal.set_limits(Limits(per_second=2, burst=3))
    batch = {"cmd": ["server.time"] * 50}
    assert [(await client.send("batch", batch))[0] for _ in range(4)] == [200, 200, 200, 503]
    assert await client.error("profile") == (503, "QUERY_LIMIT_EXCEEDED")
    clock.advance(1)
    assert [(await client.send("profile"))[0] for _ in range(3)] == [200, 200, 503]


async def test_operating_is_counted_by_method_and_frees_after_ten_minutes(
    client: Client, portal: Portal, clock: ManualClock
) -> None:
    portal.set_limits(Limits(operating=1.0, costs={"tasks.task.list": 0.5, "server.time": 0.05}))
    _, body = await client.send("tasks.task.list")
    assert (body["time"]["operating"], body["time"]["operating_reset_at"]) == (0.5, clock().timestamp() + 600)
    await client.send("tasks.task.list")
    assert await client.error("tasks.task.list") == (429, "OPERATION_TIME_LIMIT")
    inside = await client.result("batch", {"cmd": {"a": "tasks.task.list", "b": "server.time"}})
    assert inside["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
    assert inside["result_time"]["b"]["operating"] == 0  # shorter than 0.1 s: not counted
    clock.advance(600)
    assert (await client.send("tasks.task.list"))[0] == 200


async def test_a_notification_reaches_an_active_person_only(client: Client, portal: Portal) -> None:
    await client.result("im.notify.system.add", {"USER_ID": 3, "MESSAGE": "Внимание"})
    assert [(each.to, each.text) for each in portal.notifications] == [(3, "Внимание")]
    assert await client.error("im.notify", {"to": 6, "message": "x"}) == (400, "ERROR_ARGUMENT")
