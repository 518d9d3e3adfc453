"""What `question.bpmn` promises, and a person who answers one task by hand."""

from __future__ import annotations

from collections.abc import Iterable

import aiohttp

from tests.e2e.audit import Expected
from tests.e2e.world import KEY_PREFIX, World

KEY = "question"
PERSON = 3


def expected(started: Iterable[str], key_prefix: str = KEY_PREFIX) -> Expected:
    ends = frozenset({"accepted", "rejected"})
    return Expected(frozenset(started), key_prefix, ends, asking=frozenset({"review"}))


async def tasks_of(world: World) -> dict[str, int]:
    """Numbers of the portal's tasks by the instance that they are for."""
    async with aiohttp.ClientSession() as session, session.get(f"{world.sources.portal}/__admin/tasks") as response:
        rows = (await response.json())["tasks"]
    return {str(row["user_fields"].get("UF_PROCESS_INSTANCE_ID")): int(row["id"]) for row in rows}


async def comments_of(world: World, number: int) -> list[str]:
    """What is written in the chat of one task."""
    async with aiohttp.ClientSession() as session, session.get(f"{world.sources.portal}/__admin/comments") as response:
        rows = (await response.json())["comments"]
    return [str(row["text"]) for row in rows if row["task_id"] == number]


async def answer(world: World, number: int, text: str = "ДА") -> None:
    for action, extra in (("start", {}), ("answer", {"text": text}), ("complete", {})):
        await world.admin("act", {"user": PERSON, "task_id": number, "action": action, **extra})
