"""The stand-in as a process of its own, driven over HTTP."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession

from exchanger.sandbox.bitrix24 import RunningPortal, default_portal
from tests.sandbox.bitrix24.client import Client


@pytest.fixture
async def remote() -> AsyncIterator[Client]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "exchanger.sandbox.bitrix24", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    line = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
    async with ClientSession() as session:
        yield Client(session, RunningPortal(default_portal(), line["url"], line["webhook_url"]))
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def admin(client: Client, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
    url = f"{client.running.url}/__admin/{path}"
    call = client.session.get(url) if body is None else client.session.post(url, json=body)
    async with call as response:
        return response.status, await response.json()


async def test_tests_in_another_process_act_break_and_count(remote: Client) -> None:
    await remote.add(XML_ID="k", UF_RESULT_QUESTION="?")
    status, acted = await admin(remote, "act", {"user": 3, "task_id": 1, "action": "start"})
    assert (status, acted["task"]["status"], acted["task"]["xml_id"]) == (200, 3, "k")
    await admin(remote, "act", {"user": 3, "task_id": 1, "action": "answer", "text": "ДА"})
    status, refused = await admin(remote, "act", {"user": 3, "task_id": 1, "action": "approve"})
    assert (status, refused["error"]) == (409, "1048582")
    await admin(remote, "faults", {"kind": "overload_limit", "method": "profile"})
    assert await remote.error("profile") == (503, "OVERLOAD_LIMIT")
    await admin(remote, "switches", {"ignored_filters": ["XML_ID"], "clock_skew": 5})
    assert await remote.ids({"XML_ID": "other"}) == [1]
    _, tasks = await admin(remote, "tasks")
    assert tasks["tasks"][0]["user_fields"]["UF_RESULT_ANSWER"] == 26
    _, counted = await admin(remote, "calls")
    assert (counted["requests"]["profile"], counted["calls"]["tasks.task.add"]) == (1, 1)
    assert counted["fired"] == [{"method": "profile", "kind": "overload_limit"}]


async def test_a_wrong_order_is_explained(remote: Client) -> None:
    status, body = await admin(remote, "faults", {"kind": "earthquake"})
    assert (status, body["error"]) == (400, "validation")
