"""The list of our open work packages: what it leaves out, what it costs, and rows that change meanwhile."""

from __future__ import annotations

from exchanger.connect import Cursor
from exchanger.connect.listing_open import ListsOpen
from exchanger.domain.task import ObjectState, Snapshot
from exchanger.sandbox.openproject import default_instance, key_field
from exchanger.testing.contract import JumpClock
from tests.systems.openproject.world import OpenProjectWorld, open_world


async def all_open(world: OpenProjectWorld, after: Cursor) -> tuple[list[Snapshot], list[Cursor]]:
    found: list[Snapshot] = []
    places: list[Cursor] = []
    async for page, place in world.work.opened(after):
        found += page
        places.append(place)
    return found, places


async def test_only_open_packages_with_a_key_are_listed_however_old(world: OpenProjectWorld) -> None:
    made = [await world.make(f"task-{number}") for number in range(4)]
    world.finish(made[0].ref)
    world.refuse(made[1].ref)
    world.strangers(3)
    world.clock.jump(30 * 86_400)
    found, _ = await all_open(world, Cursor())
    mine = {one.ref.id: one for one in found if one.state is ObjectState.OPEN}
    assert sorted(mine) == sorted(one.ref.id for one in made[2:])
    assert {one.key for one in mine.values()} == {one.key for one in made[2:]}
    assert isinstance(world.work, ListsOpen)


async def test_a_hundred_and_twenty_open_packages_are_three_pages_and_a_broken_walk_goes_on(
    world: OpenProjectWorld,
) -> None:
    made = []
    for number in range(120):
        made.append(await world.make(f"task-{number}"))
        world.clock.jump(1)
    await all_open(world, Cursor())
    before = world.proxy.count()
    found, places = await all_open(world, Cursor())
    assert world.proxy.count() - before == len(places)
    assert len(places) <= 3
    assert {one.ref.id for one in found} == {one.ref.id for one in made}
    # What was read before the break is not read again
    rest, _ = await all_open(world, places[0])
    assert {one.ref.id for one in made[60:]} <= {one.ref.id for one in rest}
    assert len(rest) < len(found)


async def test_a_package_that_is_closed_during_the_walk_hides_no_other(world: OpenProjectWorld) -> None:
    made = []
    for number in range(120):
        made.append(await world.make(f"task-{number}"))
        world.clock.jump(1)
    pages = world.work.opened(Cursor())
    first, _ = await anext(pages)
    for one in made[:20]:
        world.finish(one.ref)
    found = {one.ref.id for one in first}
    async for page, _ in pages:
        found |= {one.ref.id for one in page}
    assert {one.ref.id for one in made[20:]} <= found


async def test_where_the_key_is_searched_only_inside_projects_the_list_is_sifted_here() -> None:
    clock = JumpClock()
    instance = default_instance(clock=clock.now, key=key_field(for_all=False))
    async with open_world(instance=instance, clock=clock) as world:
        made = await world.make("task-1")
        world.strangers(3)
        found, _ = await all_open(world, Cursor())
        assert [one.ref.id for one in found] == [made.ref.id]
