"""Hints of a system: they change when an object is looked at, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from exchanger.domain.event import Event, EventKind
from exchanger.domain.outcome import Failed
from exchanger.domain.task import ObjectRef, Snapshot
from exchanger.roles.hints import AGAIN, TOGETHER
from exchanger.testing.memory_system import MEMORY_TOPIC
from tests.roles.house import SYSTEM, House
from tests.roles.test_tracker import MINUTE, answers, watching


def hint(home: House, object_id: str | int | None, system: str = SYSTEM, *, again: bool = False) -> None:
    more = {"again": True} if again else {}
    home.bus.emit(Event(EventKind.HINT, home.clock.now(), system, fields={"object": object_id, **more}))


async def test_a_hint_brings_the_answer_long_before_the_poll(home: House) -> None:
    home.pace = replace(home.pace, poll=3600.0, sweep=3600.0)
    [(task, found)] = await watching(home)
    await home.clock.advance(MINUTE)
    home.objects.finish(found.id, "да")
    await home.clock.advance(MINUTE)
    assert not answers(home, task)
    hint(home, found.id)
    await home.clock.advance(TOGETHER + 1)
    assert len(answers(home, task)) == 1


async def test_a_lost_hint_is_made_good_by_the_poll(home: House) -> None:
    [(task, found)] = await watching(home)
    home.objects.finish(found.id, "да")
    await home.clock.advance(home.pace.poll + 1)
    assert len(answers(home, task)) == 1


async def test_a_hint_is_never_believed(home: House) -> None:
    """Repeated, late, of an open object, of a stranger's, of nothing at all."""
    home.pace = replace(home.pace, poll=3600.0, sweep=3600.0)
    [(task, found)] = await watching(home)
    for object_id in (found.id, found.id, "99999", "", 5, None):
        hint(home, object_id)
    hint(home, found.id, system="other")
    await home.clock.advance(MINUTE)
    assert not answers(home, task)
    home.objects.finish(found.id, "да")
    for _ in range(3):
        hint(home, found.id)
        await home.clock.advance(MINUTE)
    assert len(answers(home, task)) == 1


async def test_a_storm_of_hints_costs_a_few_requests(home: House) -> None:
    home.pace = replace(home.pace, poll=3600.0, sweep=3600.0)
    made = await watching(home, 50)
    await home.clock.advance(MINUTE)
    before = home.objects.calls["read"]
    for _ in range(20):
        for _, found in made:
            hint(home, found.id)
    await home.clock.advance(TOGETHER + 1)
    assert home.objects.calls["read"] - before == 1


async def test_hints_about_objects_that_are_not_ours_cost_nothing(home: House) -> None:
    home.pace = replace(home.pace, poll=3600.0, sweep=3600.0)
    await watching(home)
    await home.clock.advance(MINUTE)
    before = home.objects.calls.total()
    for number in range(1000):
        hint(home, f"stranger-{number}")
    await home.clock.advance(MINUTE)
    assert home.objects.calls.total() == before


async def test_a_hint_of_a_deletion_still_needs_two_observations(home: House) -> None:
    home.pace = replace(home.pace, poll=3600.0, sweep=3600.0)
    [(task, found)] = await watching(home)
    await home.clock.advance(MINUTE)
    home.objects.delete(found.id)
    hint(home, found.id)
    await home.clock.advance(5)
    assert not answers(home, task)
    hint(home, found.id)
    await home.clock.advance(5)
    assert not answers(home, task)  # a second look, but not a minute later
    await home.clock.advance(MINUTE)
    hint(home, found.id)
    await home.clock.advance(5)
    [response] = answers(home, task)
    assert isinstance(response.outcome, Failed)


@pytest.mark.parametrize("hinted", [True, False])
async def test_vanishing_in_masses_trips_the_brake_whoever_says_so(home: House, *, hinted: bool) -> None:
    home.pace = replace(home.pace, poll=3600.0, sweep=300.0)
    made = await watching(home, 100)
    for _, found in made:
        home.objects.hide(found.id)
        if hinted:
            hint(home, found.id)
    await home.clock.advance(3600)
    assert not any(answers(home, task) for task, _ in made)


async def test_a_deletion_that_the_system_still_hides_is_seen_by_the_looks_that_follow(home: House) -> None:
    """The portal tells first and forgets later; without the looks that follow it would be the sweep, much later."""
    home.pace = replace(home.pace, poll=36000.0, sweep=36000.0)
    [(task, found)] = await watching(home)
    await home.clock.advance(MINUTE)
    hint(home, found.id, again=True)
    await home.clock.advance(5)
    home.objects.delete(found.id)  # the first look has seen it alive
    await home.clock.advance(AGAIN[0])
    assert not answers(home, task), "one absence proves nothing"
    await home.clock.advance(AGAIN[1])
    [response] = answers(home, task)
    assert isinstance(response.outcome, Failed)


async def test_only_a_deletion_is_looked_at_again(home: House) -> None:
    home.pace = replace(home.pace, poll=36000.0, sweep=36000.0)
    [(_, found)] = await watching(home)
    await home.clock.advance(MINUTE)
    for again, reads in ((False, 1), (True, 3)):
        before = home.objects.calls["read"]
        for _ in range(20):
            hint(home, found.id, again=again)
        await home.clock.advance(AGAIN[1] + 5)
        assert home.objects.calls["read"] - before == reads


async def test_a_hint_does_not_wait_for_the_pause_of_a_sweep(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large portal is swept in pieces with long pauses between them; what it names is read at once, and only that."""
    # Given a sweep that rests 99 seconds after each piece of ten
    home.pace = replace(home.pace, poll=36000.0, sweep=600.0, chunk=10, share=0.01)
    made = await watching(home, 30)
    read: list[int] = []
    quick = home.system.works[MEMORY_TOPIC].read

    async def slow(refs: Sequence[ObjectRef]) -> list[Snapshot]:
        read.append(len(refs))
        await home.clock.sleep(1)
        return await quick(refs)

    monkeypatch.setattr(home.system.works[MEMORY_TOPIC], "read", slow)
    await home.clock.advance(620)
    assert read == [10], "the sweep must be in its first pause"
    # When two objects of the last piece end, and the system names them
    for task, found in made[-2:]:
        home.objects.finish(found.id, "да")
        hint(home, found.id)
        assert not answers(home, task)
    await home.clock.advance(TOGETHER + 2)
    # Then both are answered by one request, the others are not read for it, and the sweep goes on when it would have
    assert all(len(answers(home, task)) == 1 for task, _ in made[-2:])
    assert read == [10, 2]
    await home.clock.advance(100)
    assert read == [10, 2, 10]


async def test_hints_without_end_do_not_stop_the_sweep(home: House) -> None:
    home.pace = replace(home.pace, poll=36000.0, sweep=300.0)
    made = await watching(home, 5)
    (task, found), (_, named) = made[0], made[1]
    home.objects.finish(found.id, "да")
    for _ in range(350):
        hint(home, named.id)
        await home.clock.advance(1)
    assert len(answers(home, task)) == 1


async def test_a_storm_of_hints_keeps_to_a_share_of_the_systems_time(home: House) -> None:
    # Given a system whose reading takes a fifth of a second, and two objects
    home.pace = replace(home.pace, share=0.05)
    (_, found), _ = await watching(home, 2)
    await home.clock.advance(MINUTE)
    spent = 0.0
    original = home.system.works[MEMORY_TOPIC].read

    async def read(refs: Sequence[ObjectRef]) -> list[Snapshot]:
        nonlocal spent
        spent += 0.2
        await home.clock.sleep(0.2)
        return await original(refs)

    object.__setattr__(home.system.works[MEMORY_TOPIC], "read", read)
    # When one of them is named every second for two minutes
    for _ in range(120):
        hint(home, found.id)
        await home.clock.advance(1)
    # Then what was read for it and for the sweep stays near twice the share
    assert 0 < spent < 120 * 0.05 * 2.5
