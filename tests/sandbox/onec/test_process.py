"""The stand-in as a process of its own, steered by its admin paths."""

from __future__ import annotations

import asyncio
import json
import sys

from aiohttp import ClientSession

from tests.sandbox.onec.client import ODATA, basic


async def test_it_tells_where_it_is_is_steered_and_stops_when_asked() -> None:
    command = (sys.executable, "-m", "exchanger.sandbox.onec", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        told = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
        async with ClientSession(headers=basic(told["login"], told["password"])) as session:
            await _steer(session, told["url"])
    finally:
        process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def _steer(session: ClientSession, url: str) -> None:
    tasks, admin = f"{url}{ODATA}Task_ЗадачаИсполнителя?$format=json", url.rpartition("/")[0] + "/__admin"
    async with session.post(tasks, json={"Date": "2026-03-01T10:00:00"}) as answer:
        ref = (await answer.json())["Ref_Key"]
    fault = {"kind": "bad_gateway", "method": "GET"}
    act = {"action": "execute", "ref": ref, "text": "Сделано"}
    for path, body, status in (
        ("faults", fault, 200),
        ("faults", {"kind": "no such"}, 400),
        ("act", act, 200),
        ("act", act | {"ref": url}, 404),
        ("act", {}, 400),
        ("switches", {"maintenance": True}, 200),
        ("switches", {"nothing": 1}, 400),
    ):
        async with session.post(f"{admin}/{path}", json=body) as answer:
            assert answer.status == status, (path, body)
    async with session.get(f"{admin}/rows/Task_ЗадачаИсполнителя") as answer:
        (row,) = await answer.json()
    assert (row["Executed"], row["РезультатВыполнения"]) == (True, "Сделано")
    async with session.get(tasks) as answer:
        assert "#exception" in await answer.text()
    async with session.post(f"{admin}/switches", json={"maintenance": False}):
        pass
    async with session.get(tasks) as answer:
        assert answer.status == 502
    async with session.get(f"{admin}/sessions") as answer:
        assert (await answer.json())["open"] == 0
