"""Прочитать изменения до конца и спросить исход."""

from __future__ import annotations

from exchanger.connect import Cursor
from exchanger.domain.outcome import Outcome
from exchanger.domain.task import Metadata, ObjectRef, Snapshot
from exchanger.testing.contract.world import WorkWorld


async def drain(world: WorkWorld, cursor: Cursor, seen: list[Snapshot]) -> Cursor:
    """Прочитать все страницы изменений в `seen`; ответ — последнее место."""
    async for page, place in world.work.changed(cursor):
        seen += page
        cursor = place
    return cursor


async def answer_of(world: WorkWorld, ref: ObjectRef) -> Outcome:
    """Исход объекта."""
    (found,) = await world.work.read([ref])
    return await world.work.answer(found, world.order("task-1").task, Metadata())
