"""The stand-in as a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys

from aiohttp import ClientSession


async def test_it_tells_where_it_is_and_stops_when_asked() -> None:
    command = (sys.executable, "-m", "exchanger.sandbox.openproject", "--port", "0")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    told = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
    named = {"Authorization": f"Bearer {told['api_key']}"}
    async with (
        ClientSession() as session,
        session.get(f"{told['url']}/api/v3/projects/{told['project']}", headers=named) as answer,
    ):
        assert (await answer.json())["identifier"] == "main"
    process.terminate()
    assert await asyncio.wait_for(process.wait(), 10) == 0
