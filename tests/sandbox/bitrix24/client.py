"""A bare client: what is sent is exactly what the test says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from exchanger.sandbox.bitrix24 import RunningPortal


@dataclass
class Client:
    session: ClientSession
    running: RunningPortal

    async def send(self, method: str, params: Any = None, *, base: str | None = None) -> tuple[int, Any]:
        async with self.session.post((base or self.running.webhook_url) + method, json=params or {}) as response:
            return response.status, await response.json()

    async def result(self, method: str, params: Any = None) -> Any:
        status, body = await self.send(method, params)
        assert status == 200, body
        return body["result"]

    async def error(self, method: str, params: Any = None) -> tuple[int, str]:
        status, body = await self.send(method, params)
        assert "error" in body, body
        return status, str(body["error"])

    async def add(self, **fields: Any) -> int:
        task = await self.result("tasks.task.add", {"fields": {"TITLE": "Дело", "RESPONSIBLE_ID": 3} | fields})
        return int(task["task"]["id"])

    async def ids(self, filter_: dict[str, Any], **params: Any) -> list[int]:
        found = await self.result("tasks.task.list", {"filter": filter_, "select": ["ID"], **params})
        return sorted(int(row["id"]) for row in found["tasks"])
