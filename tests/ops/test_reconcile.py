"""`exchanger reconcile --dry-run`: the diff as services would see it, read-only, at a bounded share, memory flat."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import Counter
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from exchanger.cli import app
from exchanger.domain.key import Key
from exchanger.domain.policy import Locks
from exchanger.domain.reconcile import Rules
from exchanger.domain.task import ExternalTask, ObjectRef, ObjectState, Snapshot
from exchanger.ops.reconcile import CHUNK, DryReconciliation, Line
from exchanger.ops.reconcile_text import action_of, why
from exchanger.testing.memory_system import MEMORY_TOPIC
from tests.roles.house import WORKER, House, house

PAGE = 1000


async def walked(home: House, rules: Rules | None = None, share: float = 1.0) -> list[Line]:
    walk = DryReconciliation(home.context, home.system, rules or Rules(), share)
    walk_clock_free(home)
    return [line async for lines in walk.walk() for line in lines]


def walk_clock_free(home: House) -> None:
    """The walk's pauses must not wait for a test that moves no clock."""

    async def no_sleep(seconds: float) -> None:
        del seconds

    home.clock.sleep = no_sleep  # type: ignore[method-assign]


async def test_each_obligation_is_shown_with_its_action_and_reason() -> None:
    async with house() as home:
        opened, finished, missing, twin, stuck = [await home.made(str(number)) for number in range(5)]
        ordered = await home.fetched("в пути")
        home.objects.finish(finished[1].id, "да")
        home.objects.delete(missing[1].id)
        home.objects.twin(twin[1].id)
        home.state.set_retries(stuck[0].id, 0)
        before = (dict(home.state.tasks), home.objects.calls.copy())

        lines = {line.task.id: line for line in await walked(home)}

        assert {task_id: action_of(line) for task_id, line in lines.items()} == {
            opened[0].id: "Watch",
            finished[0].id: "Answer",
            missing[0].id: "NoteMissing",
            twin[0].id: "Watch",
            stuck[0].id: "Watch",
            ordered.id: "Nothing",
        }
        assert finished[1].id in why(lines[finished[0].id])
        assert "двойникам" in why(lines[twin[0].id])
        assert "exchanger incidents" in why(lines[stuck[0].id])
        assert lines[ordered.id].objects is None, "what is not made costs the system nothing"
        # Then nothing was written anywhere
        assert dict(home.state.tasks) == before[0]
        assert set(home.objects.calls - before[1]) == {"find"}
        assert not home.bus.published


async def test_the_policy_of_the_installation_is_shown() -> None:
    async with house() as home:
        task, found = await home.made()
        home.state.set_retries(task.id, 0)
        home.objects.finish(found.id)
        (line,) = await walked(home, Rules(answer_clears_incident=True))
        assert action_of(line) == "Answer"


class Crowd:
    """An engine and a work with many obligations that exist only while somebody looks at them."""

    def __init__(self, home: House, count: int, patch: pytest.MonkeyPatch) -> None:
        self._home, self._count = home, count
        self._made = replace(home.task(), worker_id=WORKER, locked_until=home.state.now() + Locks().long)
        self.slept: list[float] = []
        self.most_lines = 0
        patch.setattr(home.engine, "held", self._held)
        patch.setattr(home.system.works[MEMORY_TOPIC], "find", self._find)
        patch.setattr(home.clock, "sleep", self._sleep)

    async def _held(self, _topics: Collection[str]) -> AsyncIterator[list[ExternalTask]]:
        for start in range(0, self._count, PAGE):
            yield [replace(self._made, id=f"t{number}") for number in range(start, start + PAGE)]

    async def _find(self, keys: Sequence[Key]) -> list[Snapshot]:
        self._home.clock._elapsed += 1.0  # each question takes the system a second
        if len(self.slept) % 20 == 0:
            self.most_lines = max(self.most_lines, sum(isinstance(one, Line) for one in gc.get_objects()))
        now, present = self._home.clock.now(), (key for key in keys if not key.task_id.endswith("0"))
        return [Snapshot(ObjectRef("memory", key.task_id), key, ObjectState.OPEN, now) for key in present]

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


async def test_a_hundred_thousand_obligations_are_walked_with_flat_memory_and_a_bounded_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with house() as home:
        crowd = Crowd(home, 100_000, monkeypatch)
        walk = DryReconciliation(home.context, home.system, Rules(), 0.2)
        actions = Counter([action_of(line) async for lines in walk.walk() for line in lines])
    assert actions == {"Watch": 90_000, "NoteMissing": 10_000}
    # The system was asked for 500 at a time, and had four fifths of the time for itself
    assert crowd.slept == [pytest.approx(4.0)] * (100_000 // CHUNK)
    assert 0 < crowd.most_lines <= 2 * CHUNK


async def test_the_command_shows_every_obligation_and_a_summary(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house() as home:
        Crowd(home, 3000, monkeypatch)

        @asynccontextmanager
        async def opened(*_: object) -> AsyncIterator[list[DryReconciliation]]:
            yield [DryReconciliation(home.context, home.system, Rules(), 0.2)]

        command = sys.modules["exchanger.cli.reconcile"]  # the package has a function of that name
        monkeypatch.setattr(command, "open_reconciliations", opened)
        monkeypatch.setattr(command, "load_settings", lambda: None)
        done = await asyncio.to_thread(CliRunner().invoke, app, ["reconcile", "--dry-run"])
        some = await asyncio.to_thread(CliRunner().invoke, app, ["reconcile", "--dry-run", "--limit", "7"])
    assert done.exit_code == 0, done.exception
    assert sum(line.startswith("задача") for line in done.output.splitlines()) == 3000
    assert "обязательств 3000: Watch 2700, NoteMissing 300" in done.output
    assert "остановит тормоз" in done.output
    assert sum(line.startswith("задача") for line in some.output.splitlines()) == 7


async def test_the_systems_time_is_taken_up_to_the_share(monkeypatch: pytest.MonkeyPatch) -> None:
    async with house() as home:
        await home.made()
        slept: list[float] = []

        async def sleep(seconds: float) -> None:
            slept.append(seconds)

        work = home.system.works[MEMORY_TOPIC]
        find = work.find

        async def slow(keys: object) -> object:
            home.clock._elapsed += 2.0
            return await find(keys)  # type: ignore[arg-type]

        monkeypatch.setattr(work, "find", slow)
        monkeypatch.setattr(home.clock, "sleep", sleep)
        walk = DryReconciliation(home.context, home.system, Rules(), 0.2)
        [lines async for lines in walk.walk()]
        assert slept == [pytest.approx(8.0)]


async def test_a_lease_is_not_shown_as_made() -> None:
    async with house() as home:
        task: ExternalTask = await home.fetched()
        await home.engine.hold(task, timedelta(minutes=30))
        (line,) = await walked(home)
        assert action_of(line) == "Nothing"


def test_without_dry_run_nothing_happens() -> None:
    done = CliRunner().invoke(app, ["reconcile"])
    assert done.exit_code == 2
    assert "--dry-run" in done.output
