"""Слежение: изменения не теряются."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from exchanger.connect import Cursor
from exchanger.domain.errors import Retry, SystemPaused
from exchanger.domain.task import ObjectState, Snapshot
from exchanger.testing.contract.trouble import SWIFT, SWIFT_IDS, Trouble
from exchanger.testing.contract.watching import drain
from exchanger.testing.contract.world import WorkWorld


class WatchCases:
    """Слежение: изменения не теряются."""

    async def test_changes_are_followed_from_the_place_that_was_kept(self, world: WorkWorld) -> None:
        """Изменения читаются с сохранённого места."""
        made = [await world.make(f"task-{number}") for number in range(3)]
        world.strangers(60)  # more than a page of others' changes
        first: list[Snapshot] = []
        cursor = await drain(world, Cursor(), first)
        assert {each.ref.id for each in first} == {each.ref.id for each in made}
        world.clock.jump(3600)
        world.finish(made[1].ref)
        second: list[Snapshot] = []
        cursor = await drain(world, cursor, second)
        fresh = [each for each in second if each not in first]  # pages may overlap in time, the caller sifts them
        assert [(each.ref.id, each.state, each.key) for each in fresh] == [
            (made[1].ref.id, ObjectState.FINISHED, world.key("task-1"))
        ]
        world.clock.jump(3600)
        await drain(world, cursor, [])
        third: list[Snapshot] = []
        await drain(world, await drain(world, cursor, []), third)
        assert third == []

    async def test_a_change_during_the_reading_is_not_lost(self, world: WorkWorld) -> None:
        """Изменение во время чтения не теряется."""
        made = [await world.make(f"task-{number}") for number in range(120)]
        seen: list[Snapshot] = []
        cursor = Cursor()
        async for page, place in world.work.changed(cursor):
            if not seen:
                world.finish(made[0].ref)  # behind the page that has been read
            seen += page
            cursor = place
        await drain(world, cursor, seen)
        assert ObjectState.FINISHED in {each.state for each in seen if each.ref == made[0].ref}
        assert {each.ref.id for each in seen} == {each.ref.id for each in made}

    async def test_a_reading_of_changes_that_broke_off_is_resumed_without_a_loss(self, world: WorkWorld) -> None:
        """Прерванное чтение изменений продолжается без потерь."""
        made = [await world.make(f"task-{number}") for number in range(120)]
        world.clock.jump(300)
        seen: list[Snapshot] = []
        cursor = Cursor()
        async for page, place in world.work.changed(cursor):
            seen += page
            cursor = place
            break
        await drain(world, cursor, seen)
        assert {each.ref.id for each in seen} == {each.ref.id for each in made}

    @pytest.mark.parametrize("trouble", SWIFT, ids=SWIFT_IDS)
    async def test_changes_in_trouble_never_look_like_calm(self, world: WorkWorld, trouble: Trouble) -> None:
        """Неудавшееся чтение изменений не похоже на тишину."""
        await world.make("task-1")
        world.proxy.arm(replace(trouble.fault(world.search_path, world.search_method), times=None))
        with pytest.raises((Retry, SystemPaused)):
            await drain(world, Cursor(), [])

    async def test_the_place_is_a_text_that_outlives_the_process(self, world: WorkWorld) -> None:
        """Место в ленте переживает запись: только текст, ничего в памяти операции."""
        await world.make("task-1")
        cursor = await drain(world, Cursor(), [])
        kept = Cursor(json.loads(json.dumps(cursor.position)))
        world.clock.jump(3600)
        second = await world.make("task-2")
        seen: list[Snapshot] = []
        await drain(world, kept, seen)
        assert second.ref in [each.ref for each in seen]

    async def test_a_deletion_does_not_stop_the_following(self, world: WorkWorld) -> None:
        """Удаление объекта слежению не мешает."""
        first, second = await world.make("task-1"), await world.make("task-2")
        cursor = await drain(world, Cursor(), [])
        world.clock.jump(3600)
        world.delete(first.ref)
        world.finish(second.ref)
        seen: list[Snapshot] = []
        await drain(world, cursor, seen)
        assert ObjectState.FINISHED in [each.state for each in seen if each.ref == second.ref]
