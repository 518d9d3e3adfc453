"""Where a cycle of the changes begins: cheap each time, and nothing that is seen late is lost."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from exchanger.connect import Cursor
from exchanger.domain.task import ObjectState
from exchanger.systems.bitrix24.look import FULL, FULL_EVERY, LOOK_BACK, SHORT, Look
from tests.systems.bitrix24.test_answer import EXPECTED, answer, make, values
from tests.systems.bitrix24.test_watch import drain
from tests.systems.bitrix24.world import BitrixWorld

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


@given(
    polls=st.lists(st.floats(0.5, 120), min_size=1, max_size=60),
    changed=st.floats(0, 600),
    lag=st.floats(0, FULL.total_seconds()),
)
def test_a_change_that_comes_into_sight_within_three_minutes_is_always_read(
    polls: list[float], changed: float, lag: float
) -> None:
    """Whatever the pauses between the polls: the first full look after it is visible has it."""
    cursor, time, looks = Cursor(), 0.0, []
    for pause in polls:
        look = Look.at(at(time), cursor)
        looks.append((time, look))
        cursor, time = look.next, time + pause
    visible = changed + lag
    after = [(when, look) for when, look in looks if when >= visible]
    late = [look for when, look in after if when >= visible + FULL_EVERY.total_seconds()]
    if late:
        upto = after[: len(after) - len(late) + 1]
        assert any(look.start <= at(changed) for _, look in upto)


def test_the_usual_lag_is_read_at_the_very_next_poll() -> None:
    first = Look.at(at(0), Cursor())
    second = Look.at(at(10), first.next)
    assert second.start == at(0) - SHORT


def test_most_looks_are_short() -> None:
    cursor, wide = Look.at(at(0), Cursor()).next, 0
    for poll in range(1, 61):
        look = Look.at(at(poll * 5), cursor)
        wide += at(poll * 5) - look.start > timedelta(seconds=60)
        cursor = look.next
    assert wide == 5  # one a minute


def test_a_cycle_that_broke_off_begins_where_it_began() -> None:
    broken = Look.at(at(0), Cursor())
    assert Look.at(at(20), broken.again).start <= at(0) - LOOK_BACK
    later = Look.at(at(30), Look.at(at(0), Cursor()).next)
    assert Look.at(at(31), later.again).start == later.start


def test_a_portal_whose_clock_was_set_back_hides_nothing() -> None:
    ahead = Look.at(at(3600), Cursor()).next
    assert Look.at(at(0), ahead).start <= at(0) - SHORT


def test_a_closed_task_is_looked_at_again_when_its_grace_is_over() -> None:
    grace = timedelta(minutes=10)
    look = Look.at(at(700), Look.at(at(600), Cursor(), grace).next, grace)
    assert look.start == at(600) - FULL - grace


async def test_a_late_change_is_found_by_a_full_look(world: BitrixWorld) -> None:
    """A replica two minutes behind: the short looks miss the change, the full one doesn't."""
    made = await world.make("task-1")
    _, cursor = await drain(world, Cursor())
    world.finish(made.ref)
    task = world.task(made.ref)
    task.searchable_from = world.clock.now() + timedelta(seconds=120)
    found: list[ObjectState] = []
    for _ in range(13):
        world.clock.jump(15)
        seen, cursor = await drain(world, cursor)
        found += [each.state for each in seen]
    assert ObjectState.FINISHED in found


async def test_a_thousand_changed_tasks_are_not_read_again_at_each_poll(world: BitrixWorld) -> None:
    for number in range(1000):
        world.person().create({"TITLE": str(number), "RESPONSIBLE_ID": 1})
    _, cursor = await drain(world, Cursor())
    before = world.portal.requests.total()
    for _ in range(12):
        world.clock.jump(15)
        _, cursor = await drain(world, cursor)
    assert world.portal.requests.total() - before <= 12 + 3 * 20 + 21  # full looks only; 12 * 20 with a fixed overlap


async def test_tasks_that_end_together_read_the_list_of_answers_once(world: BitrixWorld) -> None:
    ref = await make(world, extension_properties=EXPECTED)
    world.person().answer(int(ref.id), "ДА")
    world.finish(ref)
    before = world.portal.calls["task.item.userfield.get"]
    outcomes = await asyncio.gather(*(answer(world, ref) for _ in range(16)))
    assert {values(each)["Activity_1"] for each in outcomes} == {"ok"}
    assert world.portal.calls["task.item.userfield.get"] - before == 1
