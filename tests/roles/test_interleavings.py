"""Interleavings that we fear: orders that wait for hours, clocks that disagree, messages that overtake each other."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from exchanger.connect import Notice
from exchanger.domain.errors import Retry, SystemPaused
from exchanger.domain.task import ObjectState
from exchanger.testing.memory_engine import MemoryEngine
from tests.roles.house import QUEUE, SENT, FakeTerm, House, always, fail, nothing

HOUR = 3600.0


async def test_orders_that_wait_for_hours_come_again_and_again_and_make_one_object(home: House) -> None:
    # Given a system that is down for five hours, so that ten leases run out over each order in the queue
    await home.open_for_business()
    home.objects.before = always(lambda: SystemPaused("обслуживание."))
    tasks = [home.task(str(number)) for number in range(15)]
    await home.clock.advance(5 * HOUR)
    assert home.bus.waiting(QUEUE) > 2 * len(tasks)
    # When it is back
    home.objects.before = nothing
    await home.clock.advance(60)
    # Then each task has one object, and the queue is empty
    assert all(home.object(task).whole and home.is_made(task) for task in tasks)
    assert home.bus.waiting(QUEUE) == 0
    assert set(home.objects.creates.values()) == {1}


async def test_orders_of_tasks_cancelled_while_they_waited_make_nothing(home: House) -> None:
    await home.open_for_business()
    home.objects.before = always(lambda: SystemPaused("обслуживание."))
    tasks = [home.task(str(number)) for number in range(10)]
    await home.clock.advance(2 * HOUR)
    for task in tasks[:9]:
        home.state.cancel(task.id)
    home.objects.before = nothing
    await home.clock.advance(60)
    # The orders of the last lease are still good in their own eyes: what they make is told at once that it is void.
    made = [found for task in tasks[:9] for found in home.objects.of(task.id)]
    assert all(found.notices == [Notice.CANCELLED] for found in made)
    home.object(tasks[9])


async def test_a_stale_order_after_the_incident_does_not_lock_the_task_away_from_the_operator(home: House) -> None:
    # Given a second order of an older lease, and a task that was refused and told so meanwhile
    creator = home.creator(FakeTerm(home.clock.monotonic()))
    await home.clock.advance(200)
    stale = await home.fetched()
    await home.clock.advance(home.locks.lease.total_seconds() + 1)
    await creator.handle(home.delivery(await home.taken()))
    home.objects.refuse(home.object(stale).id)
    home.state.set_retries(stale.id, 0)
    # When the stale order comes
    receipts = len(home.bus.published[SENT])
    await creator.handle(home.delivery(stale))
    # Then it changes nothing
    assert len(home.bus.published[SENT]) == receipts
    # And the operator's retry reopens the object at once
    home.state.set_retries(stale.id, 1)
    home.state.unlock(stale.id)
    await creator.handle(home.delivery(await home.taken()))
    assert home.object(stale).state is ObjectState.OPEN


async def test_a_person_who_finishes_before_the_mark_is_heard(home: House) -> None:
    # Given a tracker that cannot mark for ten minutes, while the person finishes
    await home.open_for_business()
    home.state.before = always(lambda: Retry("движок занят."), at="hold")
    task = home.task()
    await home.clock.advance(2)
    home.objects.finish(home.object(task).id, "да")
    await home.clock.advance(600)
    assert not home.completed(task)
    # When the mark succeeds
    home.state.before = nothing
    await home.clock.advance(60)
    # Then the answer follows within seconds
    assert len(home.completed(task)) == 1


async def test_a_person_who_finishes_after_the_lease_ran_out_unmarked_is_heard(home: House) -> None:
    # Given an object whose mark fails until the lease has run out and the task was fetched again
    await home.open_for_business()
    home.state.before = always(lambda: Retry("движок занят."), at="hold")
    task = home.task()
    await home.clock.advance(2)
    found = home.object(task)
    home.objects.finish(found.id, "да")
    await home.clock.advance(home.locks.lease.total_seconds() + 60)
    home.state.before = nothing
    await home.clock.advance(120)
    # Then there is one object, and its answer was taken once
    home.object(task)
    assert len(home.completed(task)) == 1


@pytest.mark.parametrize("skew", [timedelta(minutes=-10), timedelta(minutes=10)], ids=["behind", "ahead"])
async def test_an_engine_whose_clock_is_ten_minutes_off(home: House, skew: timedelta) -> None:
    # Given an engine whose clock disagrees with ours
    home.engine_clock.skew = skew
    await home.open_for_business()
    # When a task goes the whole way, and another one's object is deleted
    task, other = home.task(), home.task()
    await home.clock.advance(5)
    assert (home.objects.calls["find"], home.is_made(task)) == (0, True)
    home.objects.delete(home.object(other).id)
    home.objects.finish(home.object(task).id, "да")
    await home.clock.advance(home.pace.poll + 2)
    # Then all goes as if it agreed
    assert len(home.completed(task)) == 1
    await home.clock.advance(2 * home.pace.sweep + 60)
    assert home.state.tasks[other.id].is_incident


async def test_an_engine_whose_clock_jumps_while_we_work(home: House) -> None:
    # Given work on its way while the engine's clock is set back and forth
    await home.open_for_business()
    tasks = []
    for minutes in (0, 10, -10, 5, 0):
        home.engine_clock.skew = timedelta(minutes=minutes)
        tasks.append(home.task(str(minutes)))
        await home.clock.advance(120)
    # Then each task has one object and its mark, and nobody was told anything
    assert all(home.object(task).whole and home.is_made(task) for task in tasks)
    assert not any(found.notices for found in home.objects.all)
    for task in tasks:
        home.objects.finish(home.object(task).id, "да")
    await home.clock.advance(home.pace.sweep + 60)
    assert not home.state.tasks


async def test_an_engine_that_has_not_said_its_time_yet(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given obligations, and an engine whose time is unknown
    task, found = await home.made()
    home.objects.delete(found.id)
    with monkeypatch.context() as patch:
        patch.setattr(MemoryEngine, "now", lambda _self: None)
        home.start_all()
        await home.clock.advance(HOUR)
        # Then nothing is decided
        assert not home.settlements(task)
    # When it is known
    await home.clock.advance(home.pace.walk + 2 * home.pace.sweep + 60)
    assert home.state.tasks[task.id].is_incident


async def test_a_failure_overtaken_by_the_next_order(home: House) -> None:
    # Given a failure that waits in the queue of answers until its task was fetched again
    await home.open_for_business()
    responder = home.running[1]
    responder.cancel()
    home.objects.before = fail(Retry("занято."), at="create")
    task = home.task()
    await home.clock.advance(home.locks.lease.total_seconds() + 30)
    assert home.is_made(task)
    # When the responder comes back
    home.start(home.responder().run)
    await home.clock.advance(5)
    # Then the late failure does not disturb what was made
    assert home.is_made(task)
    assert not home.failures(task)
    home.object(task)


async def test_a_mark_lost_to_a_failure_in_the_same_moment_heals(home: House) -> None:
    # Given a made task whose long lock was overwritten by a failure that had been judged a moment before
    await home.open_for_business()
    task = home.task()
    await home.clock.advance(2)
    home.state.tasks[task.id] = replace(
        home.state.tasks[task.id], retries=2, locked_until=home.state.now() + timedelta(seconds=5)
    )
    # When the fetch takes it again
    await home.clock.advance(120)
    # Then its object is adopted and marked
    home.object(task)
    assert home.is_made(task)


async def test_two_installations_on_one_portal_and_one_engine_do_not_touch_each_other(home: House) -> None:
    # Given tasks of another worker id beside ours, with objects of their own
    theirs = [home.state.add_task("memory_task", tenant_id="test") for _ in range(3)]
    other = MemoryEngine(home.state, "other-worker")
    await other.fetch(["memory_task"], limit=3, lease=timedelta(days=365), wait=timedelta())
    objects = [home.objects.add(f"exch:test:default:{task.id}") for task in theirs]
    await home.open_for_business()
    ours = home.task()
    await home.clock.advance(5)
    # When their objects are finished, deleted and refused
    home.objects.finish(objects[0].id)
    home.objects.delete(objects[1].id)
    home.objects.refuse(objects[2].id)
    await home.clock.advance(3 * home.pace.sweep)
    # Then we did nothing to their tasks, and ours lives
    assert not any(home.settlements(task) for task in theirs)
    assert home.is_made(ours)


async def test_a_process_that_moves_on_while_the_answer_waits(home: House) -> None:
    # Given an answer in the queue, and a boundary timer that cancels its task
    task, found = await home.made()
    home.start(home.tracker().run)
    home.objects.finish(found.id, "да")
    await home.clock.advance(2)
    home.state.cancel(task.id)
    # When the responder takes it
    home.start(home.responder().run)
    await home.clock.advance(2 * home.pace.walk)
    # Then it is done with, and nobody is alarmed
    assert not home.settlements(task)
    assert not home.errors()
    assert not found.notices


async def test_a_storm_of_restarts_makes_nothing_twice(home: House) -> None:
    # Given an installation that is killed every few seconds, at changing moments, with its broker wiped each time
    tasks = [home.task(str(number)) for number in range(30)]
    for span in (0.5, 3, 7, 91, 2, 95, 11, 92, 1, 100):
        home.start_all()
        await home.clock.advance(span)
        await home.throw_away()
        await asyncio.sleep(0)
    # When it is left alone at last
    home.start_all()
    await home.clock.advance(home.locks.lease.total_seconds() + 200)
    # Then each task has one object
    assert all(home.is_made(task) for task in tasks)
    assert set(home.objects.creates.values()) == {1}
