"""The predecessor's worker: it fetches in our name for a year, and marks its tasks by the bare id of Camunda."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.proof.question import PERSON

_YEAR = 365 * 24 * 3600 * 1000
_PAUSE = 0.2


@dataclass(slots=True)
class LegacyWorker:
    """`taken` are the ids of the external tasks that it made a task of the portal for."""

    engine: str
    webhook: str
    tenant: str
    taken: list[str] = field(default_factory=list)

    async def take(self, session: aiohttp.ClientSession, limit: int) -> None:
        topic = {"topicName": "bitrix_create_task", "lockDuration": _YEAR, "tenantIdIn": [self.tenant]}
        order = {"workerId": f"worker-{self.tenant}", "maxTasks": limit, "topics": [topic]}
        async with session.post(f"{self.engine}/external-task/fetchAndLock", json=order) as response:
            assert response.status == 200, await response.text()
            for row in await response.json():
                await self._make(session, row)

    async def _make(self, session: aiohttp.ClientSession, row: dict[str, Any]) -> None:
        fields = {
            "TITLE": "Согласовать",
            "RESPONSIBLE_ID": PERSON,
            "CREATED_BY": 1,
            "UF_CAMUNDA_ID_EXTERNAL_TASK": row["id"],
            "UF_PROCESS_INSTANCE_ID": row["processInstanceId"],
            "UF_ELEMENT_ID": row["activityId"],
            "UF_RESULT_EXPECTED": "1",
        }
        async with session.post(f"{self.webhook}tasks.task.add", json={"fields": fields}) as response:
            assert response.status == 200, await response.text()
        self.taken.append(row["id"])

    @asynccontextmanager
    async def polling(self) -> AsyncIterator[None]:
        """One task at a time, side by side with our worker."""
        async with aiohttp.ClientSession() as session:
            task = asyncio.create_task(self._poll(session))
            try:
                yield
            finally:
                task.cancel()
                await asyncio.wait({task})
        assert task.cancelled(), task.exception()

    async def _poll(self, session: aiohttp.ClientSession) -> None:
        while True:
            await self.take(session, 1)
            await asyncio.sleep(_PAUSE)
