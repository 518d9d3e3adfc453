"""Open objects whose task ended while nobody watched: found by a slow walk, told by the engine's history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from exchanger.connect import Cursor, Notice
from exchanger.domain.errors import Retry
from exchanger.domain.policy import CancelPolicy
from exchanger.domain.reconcile import Rules
from exchanger.domain.task import Fate, ObjectState, Snapshot
from exchanger.roles.pace import Pace
from exchanger.telemetry.health import Condition
from exchanger.testing.memory_objects import MemoryObject
from exchanger.testing.memory_system import MEMORY_TOPIC, MemoryWork
from tests.roles.house import OURS, SYSTEM, House, fail

MINUTE = 60.0


def ended_unseen(home: House, fate: Fate, name: str = "unseen") -> MemoryObject:
    """An open object whose task ended long ago: no feed of changes shows it any more."""
    home.state.fates[name] = fate
    found = home.objects.add(str(OURS.key(name)))
    home.objects.add("")  # somebody's change after it: the cursor of a new tracker begins behind both
    return found


async def start(home: House, after: float = 5 * MINUTE) -> None:
    home.start(home.tracker().run)
    await home.clock.advance(after)


@pytest.mark.parametrize(
    ("fate", "notices"),
    [(Fate.CANCELLED, [Notice.CANCELLED]), (Fate.COMPLETED, [Notice.REOPENED]), (Fate.UNPROVED, [])],
)
async def test_an_object_whose_task_ended_while_nobody_watched_is_told_its_proved_fate(
    home: House, fate: Fate, notices: list[Notice]
) -> None:
    home.pace = Pace(orphans=10 * MINUTE)
    found = ended_unseen(home, fate)
    await start(home)
    assert found.notices == notices
    # and never again, however often the walk comes by
    await home.clock.advance(2 * home.pace.orphans + MINUTE)
    assert home.objects.calls["opened"] == 3
    assert found.notices == notices


async def test_a_task_cancelled_during_a_restart_is_noticed(home: House) -> None:
    # Given a watched task, and a stop of every process
    task, found = await home.made()
    await start(home, 10)
    await home.throw_away()
    # When it is cancelled, and all begins anew an hour later
    home.state.cancel(task.id)
    await home.clock.advance(3600)
    await start(home)
    # Then the person is told
    assert found.notices == [Notice.CANCELLED]


@pytest.mark.parametrize("policy", [CancelPolicy.CLOSE, CancelPolicy.DELETE])
async def test_what_nobody_watched_is_never_ended_only_told(home: House, policy: CancelPolicy) -> None:
    home.rules = Rules(cancel=policy)
    found = ended_unseen(home, Fate.CANCELLED)
    await start(home)
    assert (found.state, found.notices) == (ObjectState.OPEN, [Notice.CANCELLED])


async def test_obligations_finished_objects_and_strangers_are_not_asked_about(home: House) -> None:
    made = [await home.made() for _ in range(3)]
    home.objects.finish(ended_unseen(home, Fate.CANCELLED).id)
    for key in ("exch:test:default:other", "exch:prod:other:other", ""):
        home.objects.add(key)
    asked: list[str] = []
    home.state.before = asked.append
    await start(home, 3)
    assert "fate" not in asked
    assert "get" not in asked
    assert not any(found.notices for found in home.objects.all)
    assert len(made) == 3


async def test_an_empty_database_of_the_engine_puts_no_word_into_the_objects(home: House, logged: list[str]) -> None:
    # Given hundred open objects that the engine and its history know nothing of
    objects = [home.objects.add(str(OURS.key(f"lost-{number}"))) for number in range(100)]
    home.objects.add("")
    # When a tracker starts
    await start(home)
    # Then nothing is said in them, the system is not stopped, and one line tells of it
    assert not any(found.notices for found in objects)
    assert sum("ничего не сказано" in line for line in logged) == 1


async def test_an_interrupted_walk_goes_on_from_its_page(home: House) -> None:
    found = [ended_unseen(home, Fate.CANCELLED, f"unseen-{number}") for number in range(120)]
    seen = fail(Retry("нет связи."), at="opened")
    pages: list[str] = []

    def second_page_fails(call: str) -> None:
        pages.extend([call] if call == "opened" else [])
        if len(pages) == 2:
            seen(call)

    home.objects.before = second_page_fails
    await start(home)
    # Three pages, and the second one twice
    assert len(pages) == 4
    assert all(one.notices == [Notice.CANCELLED] for one in found)


async def test_the_walk_keeps_to_its_share_of_the_systems_time(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given ten pages of open objects, each answered in half a second
    original = MemoryWork.opened

    async def slow(self: MemoryWork, after: Cursor) -> AsyncIterator[tuple[list[Snapshot], Cursor]]:
        async for page in original(self, after):
            await home.clock.sleep(0.5)
            yield page

    monkeypatch.setattr(MemoryWork, "opened", slow)
    for number in range(500):
        ended_unseen(home, Fate.COMPLETED, f"unseen-{number}")
    home.pace = Pace(share=0.05)
    # When half of the time that they need has gone, then about half of them are read
    await start(home, 10 * 0.5 / home.pace.share / 2)
    told = sum(bool(found.notices) for found in home.objects.all)
    assert 200 <= told <= 350
    await home.clock.advance(timedelta(minutes=5).total_seconds())
    assert sum(bool(found.notices) for found in home.objects.all) == 500


class Unlisting(MemoryWork):
    """A work whose system has no such list."""

    opened = None  # type: ignore[assignment]


async def test_a_system_that_cannot_list_loses_nothing_else(home: House) -> None:
    home.system = replace(home.system, works={MEMORY_TOPIC: Unlisting(home.options())})
    task, found = await home.made()
    await start(home)
    home.objects.finish(found.id, "да")
    await home.clock.advance(home.pace.poll + 1)
    assert len(home.bus.published["camunda.responses.queue"]) == 1
    assert home.health.part(f"tracker:{SYSTEM}:orphans").condition is Condition.UP
    assert home.is_made(task)
