"""Clients that we did not write understand the stand-in."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from b24pysdk import BitrixWebhook
from b24pysdk.api.callers import call_method
from b24pysdk.errors import BitrixAPIError, BitrixAPIInsufficientScope, BitrixAPIQueryLimitExceeded
from fast_bitrix24.bitrix import BitrixAsync

from exchanger.sandbox.bitrix24 import Fault, FaultKind, Portal, RunningPortal
from exchanger.sandbox.bitrix24.access import Webhook
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK, SECRET
from exchanger.sandbox.bitrix24.writing import create

pytestmark = pytest.mark.oracle
FIELDS = {"TITLE": "Дело «раз» + два & три", "RESPONSIBLE_ID": 3, "XML_ID": "exch:1", "AUDITORS": [4, 5]}


def many(portal: Portal, count: int) -> None:
    for number in range(count):
        create(portal, portal.user(ADMIN), {"TITLE": f"Дело {number}", "RESPONSIBLE_ID": 3})


@pytest.fixture
def fast(running: RunningPortal) -> BitrixAsync:
    return BitrixAsync(running.webhook_url, verbose=False, requests_per_second=1000.0)


async def test_fast_bitrix24_creates_reads_changes_and_completes(fast: BitrixAsync, portal: Portal) -> None:
    added = await fast.call("tasks.task.add", {"fields": FIELDS})
    task = portal.store.tasks[int(added["id"])]
    assert (task.title, task.auditors) == (FIELDS["TITLE"], (4, 5))
    await fast.call("tasks.task.update", {"taskId": task.id, "fields": {"PRIORITY": 2}})
    await fast.call("tasks.task.complete", {"taskId": task.id})
    read = await fast.call("tasks.task.get", {"taskId": task.id, "select": ["ID", "STATUS", "PRIORITY"]})
    assert (read["status"], read["priority"]) == ("5", "2")
    found = await fast.get_all("tasks.task.list", {"filter": {"XML_ID": "exch:1"}, "select": ["ID", "XML_ID"]})
    assert [(row["id"], row["xmlId"]) for row in found] == [(str(task.id), "exch:1")]


async def test_fast_bitrix24_collects_all_pages_and_batches(fast: BitrixAsync, portal: Portal) -> None:
    many(portal, 237)
    found = await fast.get_all("tasks.task.list", {"select": ["ID"], "filter": {"RESPONSIBLE_ID": 3}})
    assert sorted(int(row["id"]) for row in found) == list(range(1, 238))
    by_id = await fast.get_by_ID("tasks.task.get", [1, 2, 60], ID_field_name="taskId", params={"select": ["TITLE"]})
    assert {int(number): row["task"]["title"] for number, row in by_id.items()} == {
        1: "Дело 0",
        2: "Дело 1",
        60: "Дело 59",
    }
    people = await fast.get_all("user.get", {"filter": {"ACTIVE": "Y"}})
    assert len(people) == 5


async def test_fast_bitrix24_resends_a_creation_after_500_and_the_stand_in_shows_the_twin(
    fast: BitrixAsync, portal: Portal
) -> None:
    portal.faults.add(Fault(FaultKind.ERROR_500_AFTER, method="batch"))
    await fast.call("tasks.task.add", {"fields": FIELDS})
    assert len(portal.store.tasks) == 2


@pytest.fixture
def sdk(running: RunningPortal, monkeypatch: pytest.MonkeyPatch) -> BitrixWebhook:
    """The SDK knows https only; the stand-in speaks http, so the scheme is patched, and nothing else."""
    module = __import__("sys").modules[call_method.__module__]
    plain = property(lambda caller: f"http://{caller._domain}/rest")
    monkeypatch.setattr(module._MethodCaller, "_base_url", plain)
    return BitrixWebhook(domain=running.url.removeprefix("http://"), webhook_token=f"{ADMIN}/{SECRET}")


async def ask(webhook: BitrixWebhook, method: str, params: dict[str, Any] | None = None) -> Any:
    return (await asyncio.to_thread(webhook.call_method, method, params or {}))["result"]


async def test_b24pysdk_creates_reads_changes_and_completes(sdk: BitrixWebhook, portal: Portal) -> None:
    added = await ask(sdk, "tasks.task.add", {"fields": FIELDS})
    task_id = int(added["task"]["id"])
    await ask(sdk, "tasks.task.update", {"taskId": task_id, "fields": {"PRIORITY": 2}})
    await ask(sdk, "tasks.task.complete", {"taskId": task_id})
    read = await ask(sdk, "tasks.task.get", {"taskId": task_id, "select": ["ID", "STATUS", "PRIORITY"]})
    assert (read["task"]["status"], read["task"]["priority"]) == ("5", "2")
    found = await ask(sdk, "tasks.task.list", {"filter": {"XML_ID": "exch:1"}, "select": ["ID"]})
    assert [row["id"] for row in found["tasks"]] == [str(task_id)]
    assert await ask(sdk, "tasks.task.get", {"taskId": 404}) == []


async def test_b24pysdk_reads_the_time_block_and_its_typed_objects(sdk: BitrixWebhook) -> None:
    client = sdk.get_client(prefer_version=2)
    request = client.tasks.task.add(fields=FIELDS)
    response = await asyncio.to_thread(lambda: request.response)
    assert response.time.date_start.utcoffset() is not None
    assert response.result["task"]["xmlId"] == "exch:1"


async def test_b24pysdk_walks_pages_both_ways(sdk: BitrixWebhook, portal: Portal) -> None:
    many(portal, 180)
    listed = await asyncio.to_thread(sdk.call_list, "tasks.task.list", {"select": ["ID"]})
    assert sorted(int(row["id"]) for row in listed["result"]) == list(range(1, 181))
    quick = await asyncio.to_thread(lambda: list(sdk.call_list_fast("tasks.task.list", {"select": ["ID"]})["result"]))
    assert [int(row["id"]) for row in quick] == list(range(1, 181))


async def test_b24pysdk_sends_batches_with_its_own_encoder(sdk: BitrixWebhook, portal: Portal) -> None:
    commands: dict[str | int, tuple[str, dict[str, Any] | None]] = {
        "a": ("tasks.task.add", {"fields": FIELDS}),
        "b": ("tasks.task.get", {"taskId": "$result[a][task][id]", "select": ["TITLE", "AUDITORS"]}),
    }
    body: Any = (await asyncio.to_thread(lambda: sdk.call_batch(commands)))["result"]
    assert body["result"]["b"]["task"]["title"] == FIELDS["TITLE"]
    assert body["result"]["b"]["task"]["auditors"] == ["4", "5"]
    assert body["result_error"] == []


async def test_b24pysdk_maps_the_errors(sdk: BitrixWebhook, running: RunningPortal, portal: Portal) -> None:
    with pytest.raises(BitrixAPIError) as refused:
        await ask(sdk, "tasks.task.complete", {"taskId": 404})
    assert refused.value.error == "1048582"
    portal.faults.add(Fault(FaultKind.QUERY_LIMIT, method="profile", times=None))
    with pytest.raises(BitrixAPIQueryLimitExceeded):
        await asyncio.to_thread(sdk.call_method, "profile", {}, initial_retry_delay=0.01, max_retries=1)
    portal.access.webhooks.append(Webhook(CLERK, "narrow", frozenset({"user"})))
    narrow = BitrixWebhook(domain=running.url.removeprefix("http://"), webhook_token=f"{CLERK}/narrow")
    with pytest.raises(BitrixAPIInsufficientScope):
        await ask(narrow, "tasks.task.list")
