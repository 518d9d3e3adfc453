"""Watching: the feed of changes, what is gone, what is hidden, what has moved."""

from __future__ import annotations

from datetime import timedelta

import pytest

from exchanger.connect import Cursor, Notice
from exchanger.domain.errors import Reject, Retry, SystemPaused
from exchanger.domain.task import ObjectState, Snapshot
from exchanger.sandbox.openproject import Fault, FaultKind
from exchanger.sandbox.openproject.seed import NEW, OTHER, REJECTED
from exchanger.testing.proxy import FaultKind as Broken
from exchanger.testing.proxy import HttpFault, html_answer, on
from tests.systems.openproject.world import OpenProjectWorld, open_world


async def drain(world: OpenProjectWorld, cursor: Cursor) -> tuple[list[Snapshot], Cursor]:
    seen: list[Snapshot] = []
    async for page, place in world.work.changed(cursor):
        seen += page
        cursor = place
    return seen, cursor


async def test_a_quiet_cycle_costs_one_request_however_many_tasks_are_open(world: OpenProjectWorld) -> None:
    for number in range(60):
        await world.make(f"task-{number}")
    _, cursor = await drain(world, Cursor())
    world.clock.jump(600)
    _, cursor = await drain(world, cursor)
    world.clock.jump(15)
    before = world.proxy.count()
    await drain(world, cursor)
    assert world.proxy.count() - before == 1


async def test_a_hundred_changes_of_one_instant_are_all_seen_once(world: OpenProjectWorld) -> None:
    """More than a page with the same time of change: the place cannot move, so the page must."""
    made = [await world.make(f"task-{number}") for number in range(120)]
    moment = world.clock.now()
    for each in world.instance.work_packages.values():
        each.updated = moment
    seen, _ = await drain(world, Cursor())
    assert sorted(int(each.ref.id) for each in seen) == sorted(int(each.ref.id) for each in made)


async def test_a_change_written_late_with_an_early_time_is_not_lost(world: OpenProjectWorld) -> None:
    """The time of a change is set before the transaction is committed."""
    made = await world.make("task-1")
    world.clock.jump(600)
    _, cursor = await drain(world, Cursor())
    world.person().close(int(made.ref.id))
    world.package(made.ref).updated -= timedelta(seconds=120)
    seen, _ = await drain(world, cursor)
    assert [each.state for each in seen] == [ObjectState.FINISHED]


async def test_a_comment_alone_is_a_change_too(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.clock.jump(600)
    _, cursor = await drain(world, Cursor())
    world.clock.jump(600)
    _, cursor = await drain(world, cursor)
    world.person().comment(int(made.ref.id), "Делаю")
    seen, _ = await drain(world, cursor)
    assert [each.ref.id for each in seen] == [made.ref.id]


async def test_one_missing_task_does_not_hide_the_others(world: OpenProjectWorld) -> None:
    """OpenProject refuses a whole list for one id that is not there."""
    refs = [(await world.make(f"task-{number}")).ref for number in range(5)]
    world.delete(refs[2])
    world.person().hide(int(refs[3].id))
    before = world.proxy.count()
    read = await world.work.read(refs)
    assert [each.ref for each in read] == [refs[0], refs[1], refs[4]]
    assert world.proxy.count() - before == 4  # the list, the list without what is gone, and a proof for each


async def test_when_all_are_gone_strangers_are_not_taken_for_them(world: OpenProjectWorld) -> None:
    """With nothing left of the filter OpenProject answers with whatever there is."""
    ref = (await world.make("task-1")).ref
    world.strangers(5)
    world.delete(ref)
    assert await world.work.read([ref]) == []


@pytest.mark.parametrize("status", [404, 403])
async def test_a_page_of_a_proxy_is_never_a_deletion(world: OpenProjectWorld, status: int) -> None:
    ref = (await world.make("task-1")).ref
    world.delete(ref)
    page = html_answer(status, "<html>not here</html>")
    world.proxy.arm(HttpFault(Broken.ANSWER_BEFORE, on("GET", r"/work_packages/\d+$"), answer=page))
    with pytest.raises(SystemPaused, match="HTTP"):
        await world.work.read([ref])


async def test_a_task_moved_to_another_project_is_still_watched(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.person().move(int(made.ref.id), OTHER)
    world.finish(made.ref)
    (found,) = await world.work.read([made.ref])
    assert (found.state, found.key) == (ObjectState.FINISHED, world.key("task-1"))


async def test_a_restart_does_not_repeat_what_was_told(world: OpenProjectWorld) -> None:
    ref = (await world.make("task-1")).ref
    await world.work.tell(ref, Notice.CANCELLED)
    async with open_world(instance=world.instance, clock=world.clock) as again:
        await again.work.tell(ref, Notice.CANCELLED)
    assert world.notices(ref) == 1


async def test_a_comment_in_a_task_that_is_gone_is_refused_aloud(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.delete(made.ref)
    with pytest.raises(Reject):
        await world.work.tell(made.ref, Notice.CANCELLED)


async def test_a_reopened_task_is_new_again_and_tells_why(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.refuse(made.ref)
    assert await world.work.reopen(made.ref, "Процесс повторяет задачу.")
    assert world.package(made.ref).status == NEW
    assert world.comments(made.ref) == ["Процесс повторяет задачу."]


async def test_a_conflict_is_read_and_decided_again(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.refuse(made.ref)
    world.instance.faults.add(Fault(FaultKind.CONFLICT, "PATCH", times=3))
    assert await world.work.reopen(made.ref, "Снова.")
    assert world.package(made.ref).status == NEW


async def test_a_person_who_reopened_it_first_is_not_overwritten(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.person().set_status(int(made.ref.id), 7)
    assert await world.work.reopen(made.ref, "Снова.")
    assert world.package(made.ref).status == 7
    assert world.instance.requests["PATCH /work_packages/{id}"] == 0


async def test_a_storm_of_conflicts_is_left_for_later(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.refuse(made.ref)
    world.instance.faults.add(Fault(FaultKind.CONFLICT, "PATCH", times=None))
    with pytest.raises(Retry):
        await world.work.reopen(made.ref, "Снова.")
    assert world.comments(made.ref) == []


async def test_what_cannot_be_reopened_says_so(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.refuse(made.ref)
    world.instance.forbidden_statuses.add((REJECTED, NEW))
    assert not await world.work.reopen(made.ref, "Снова.")
    world.delete(made.ref)
    assert not await world.work.reopen(made.ref, "Снова.")
