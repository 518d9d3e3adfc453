"""What people and operators do to the work while it goes on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from random import Random
from typing import Any

import aiohttp

from tests.e2e.ledger import History
from tests.proof.case import Case

ADMIN = 1
_OPEN = {1, 2, 3}
_COMPLETED = 5


@dataclass(slots=True)
class Crowd:
    """Deletes, declines and reopens tasks, cancels instances; `cancelled` are the instances that must not count."""

    case: Case
    random: Random
    cancelled: set[str] = field(default_factory=set)

    async def delete(self) -> str:
        return await self._act("delete", _OPEN, ADMIN)

    async def decline(self) -> str:
        return await self._act("decline", _OPEN)

    async def reopen(self) -> str:
        """Only what asks nothing: a second answer would be another one."""
        return await self._act("reopen", {_COMPLETED}, asking=False)

    async def cancel(self) -> str:
        alive = sorted(self.case.world.started)
        instance = self.random.choice(alive)
        # As an operator does it: without these the engine runs the mappings of the element that has no result yet.
        skip = {"skipIoMappings": "true", "skipCustomListeners": "true"}
        url = f"{self.case.world.sources.engine}/process-instance/{instance}"
        async with aiohttp.ClientSession() as session, session.delete(url, params=skip) as response:
            if response.status == HTTPStatus.NOT_FOUND:
                return "nothing to cancel"
            assert response.status == HTTPStatus.NO_CONTENT, await response.text()
        self.case.world.started.discard(instance)
        self.cancelled.add(instance)
        return f"cancelled {instance}"

    async def _act(self, action: str, states: set[int], user: int | None = None, *, asking: bool = True) -> str:
        tasks = [task for task in await self._tasks() if task["status"] in states and (asking or not _asks(task))]
        if not tasks:
            return f"nothing to {action}"
        task = self.random.choice(tasks)
        order = {"user": user or task["responsible_id"], "task_id": task["id"], "action": action}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.case.world.sources.portal}/__admin/act", json=order) as response,
        ):
            return f"{action} of {task['id']}: {response.status}"  # 409: another person was quicker

    async def _tasks(self) -> list[dict[str, Any]]:
        url = f"{self.case.world.sources.portal}/__admin/tasks"
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            tasks: list[dict[str, Any]] = (await response.json())["tasks"]
            return tasks


def _asks(task: dict[str, Any]) -> bool:
    return bool(task["user_fields"].get("UF_RESULT_EXPECTED"))


async def left(case: Case) -> list[str]:
    """What the engine says of the tasks that are left, for a failed test."""
    async with aiohttp.ClientSession() as session:
        rows = await History(session, case.world.sources).rows("external-task")
    names = ("id", "activityId", "retries", "workerId", "lockExpirationTime", "errorMessage")
    return [", ".join(f"{name} {row[name]}" for name in names) for row in rows]


@asynccontextmanager
async def operator_at_work(case: Case) -> AsyncIterator[None]:
    """Whatever becomes an incident is retried within seconds."""
    task = asyncio.create_task(_retry(case))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _retry(case: Case) -> None:
    async with aiohttp.ClientSession() as session:
        history = History(session, case.world.sources)
        while True:
            for row in await history.rows("external-task", noRetriesLeft="true"):
                await case.world.operator.admin.set_retries(row["id"], 1)
            await asyncio.sleep(2)
