"""Watching: what a cycle costs, whose clock counts, what a person sees of us in the task."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchanger.connect import Cursor, Ending, Notice
from exchanger.domain.errors import Reject, SystemPaused
from exchanger.domain.task import ObjectRef, Snapshot
from exchanger.sandbox.bitrix24 import Build, default_portal
from exchanger.testing.contract import JumpClock
from tests.systems.bitrix24.world import CLERK, BitrixWorld, open_world


async def drain(world: BitrixWorld, cursor: Cursor) -> tuple[list[Snapshot], Cursor]:
    seen: list[Snapshot] = []
    async for page, place in world.work.changed(cursor):
        seen += page
        cursor = place
    return seen, cursor


async def test_b1_thousands_of_open_tasks_are_read_in_one_request() -> None:
    async with open_world(timeout=10.0) as world:
        await world.make("task-0")
        ids = [world.person().create({"TITLE": str(n), "RESPONSIBLE_ID": CLERK}).id for n in range(2500)]
        before = world.portal.requests.total()
        read = await world.work.read([ObjectRef("bitrix24", str(number)) for number in ids])
        assert len(read) == 2500
        assert world.portal.requests.total() - before == 1


async def test_an_ignored_filter_by_id_is_not_a_deletion_of_everything(world: BitrixWorld) -> None:
    made = await world.make("task-1")
    world.strangers(3)
    world.portal.faults.ignored_filters.add("ID")
    with pytest.raises(SystemPaused):
        await world.work.read([made.ref])


async def test_e_a_quiet_cycle_costs_one_request_however_many_tasks_are_open(world: BitrixWorld) -> None:
    for number in range(60):
        await world.make(f"task-{number}")
    _, cursor = await drain(world, Cursor())
    world.clock.jump(600)
    _, cursor = await drain(world, cursor)
    world.clock.jump(15)
    before = world.portal.requests.total()
    await drain(world, cursor)
    assert world.portal.requests.total() - before == 1


@pytest.mark.parametrize("skew", [timedelta(hours=-7), timedelta(hours=7)])
async def test_a_portal_whose_clock_is_wrong_hides_no_change(skew: timedelta) -> None:
    async with open_world() as world:
        world.portal.faults.clock_skew = skew
        made = await world.make("task-1")
        _, cursor = await drain(world, Cursor())
        world.clock.jump(3600)
        world.finish(made.ref)
        seen, _ = await drain(world, cursor)
        assert [each.ref.id for each in seen] == [made.ref.id]


async def test_the_first_look_reaches_back_ten_minutes(world: BitrixWorld) -> None:
    old = await world.make("task-1")
    world.clock.jump(11 * 60)
    new = await world.make("task-2")
    seen, _ = await drain(world, Cursor())
    assert old.ref.id not in [each.ref.id for each in seen]
    assert new.ref.id in [each.ref.id for each in seen]


async def test_changes_of_other_peoples_tasks_are_not_ours(world: BitrixWorld) -> None:
    world.strangers(3)
    seen, _ = await drain(world, Cursor())
    assert seen == []


async def test_a_task_of_the_predecessor_is_seen_without_a_key(world: BitrixWorld) -> None:
    raw = {"UF_CAMUNDA_ID_EXTERNAL_TASK": "task-9"}
    world.person().create({"TITLE": "Старая", "RESPONSIBLE_ID": CLERK, **raw})
    (seen,), _ = await drain(world, Cursor())
    assert (seen.key, seen.raw_id) == (None, "task-9")


async def test_where_comments_can_be_read_a_restart_does_not_repeat_them() -> None:
    clock = JumpClock()
    portal = default_portal(clock=clock.now, build=Build(new_card=False))
    async with open_world(portal=portal, clock=clock) as world:
        ref = (await world.make("task-1")).ref
        await world.work.tell(ref, Notice.CANCELLED)
    async with open_world(portal=portal, clock=clock) as again:
        await again.work.tell(ref, Notice.CANCELLED)
        assert again.notices(ref) == 1
        assert "не ждёт" in portal.comments[int(ref.id)][0].text


async def test_a_comment_in_a_task_that_is_gone_is_refused_aloud(world: BitrixWorld) -> None:
    made = await world.make("task-1")
    world.delete(made.ref)
    with pytest.raises(Reject):
        await world.work.tell(made.ref, Notice.CANCELLED)


async def test_a_reopened_task_tells_why(world: BitrixWorld) -> None:
    made = await world.make("task-1")
    world.refuse(made.ref)
    assert await world.work.reopen(made.ref, "Процесс повторяет задачу.")
    assert [each.text for each in world.portal.comments[int(made.ref.id)]] == ["Процесс повторяет задачу."]


async def test_a_task_that_cannot_be_reopened_says_so(world: BitrixWorld) -> None:
    made = await world.make("task-1")
    world.delete(made.ref)
    assert not await world.work.reopen(made.ref, "Процесс повторяет задачу.")


@pytest.mark.parametrize("refused", [True, False])
async def test_an_action_that_changes_nothing_is_done_whether_the_portal_refuses_it_or_not(*, refused: bool) -> None:
    """Newer builds answer a repetition with 400 1048582, older ones with 200 (bitrix24.md I.5)."""
    clock = JumpClock()
    portal = default_portal(clock=clock.now, build=Build(same_status_refused=refused))
    async with open_world(portal=portal, clock=clock) as world:
        made = await world.make("task-1")
        world.refuse(made.ref)
        for _ in range(2):  # the second finds the task at work already: no second object may follow
            assert await world.work.reopen(made.ref, "Процесс повторяет задачу.")
        for how in (Ending.CLOSE, Ending.CLOSE, Ending.DELETE, Ending.DELETE):
            assert await world.work.end(made.ref, how)
        assert not portal.store.tasks
