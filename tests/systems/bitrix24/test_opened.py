"""The list of our open tasks: what it costs, what it leaves out, and a filter that the portal ignores."""

from __future__ import annotations

import pytest

from exchanger.connect import Cursor
from exchanger.connect.listing_open import ListsOpen
from exchanger.domain.task import ObjectState, Snapshot
from tests.systems.bitrix24.world import CLERK, BitrixWorld


async def all_open(world: BitrixWorld, after: Cursor = Cursor()) -> tuple[list[Snapshot], list[Cursor]]:  # noqa: B008 - frozen
    found: list[Snapshot] = []
    places: list[Cursor] = []
    async for page, place in world.work.opened(after):
        found += page
        places.append(place)
    return found, places


async def test_only_open_tasks_with_a_key_are_listed(world: BitrixWorld) -> None:
    made = [await world.make(f"task-{number}") for number in range(4)]
    world.finish(made[0].ref)
    world.refuse(made[1].ref)
    world.strangers(3)
    world.clock.jump(30 * 86_400)  # no feed of changes shows them any more
    found, _ = await all_open(world)
    assert sorted(one.ref.id for one in found) == sorted(one.ref.id for one in made[2:])
    assert {one.state for one in found} == {ObjectState.OPEN}
    assert {one.key for one in found} == {one.key for one in made[2:]}


async def test_a_hundred_and_twenty_open_tasks_cost_three_requests_among_a_thousand_of_others(
    world: BitrixWorld,
) -> None:
    made = [await world.make(f"task-{number}") for number in range(120)]
    for number in range(1000):
        world.person().create({"TITLE": str(number), "RESPONSIBLE_ID": CLERK})
    await all_open(world)
    before = world.portal.requests.total()
    found, places = await all_open(world)
    assert world.portal.requests.total() - before == 3
    assert len(found) == len(made)
    # and an interrupted walk goes on behind its page
    rest, _ = await all_open(world, places[0])
    assert len(rest) == len(made) - 50


@pytest.mark.parametrize("ignored", ["XML_ID", "REAL_STATUS"])
async def test_a_filter_that_the_portal_ignores_costs_pages_and_lists_nothing_that_is_not_ours(
    world: BitrixWorld, ignored: str
) -> None:
    made = await world.make("task-1")
    done = await world.make("task-2")
    world.finish(done.ref)
    world.strangers(60)
    await all_open(world)  # what the portal can do has been learnt
    world.portal.faults.ignored_filters.add(ignored)
    found, _ = await all_open(world)
    assert [one.ref.id for one in found if one.state is ObjectState.OPEN] == [made.ref.id]
    assert all(one.key is not None for one in found)


def test_the_roles_see_that_it_can(world: BitrixWorld) -> None:
    assert isinstance(world.work, ListsOpen)
