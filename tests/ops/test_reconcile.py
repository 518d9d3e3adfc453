"""`exchanger reconcile --dry-run`: the diff as services would see it, read-only, at a bounded share, memory flat."""

from __future__ import annotations

import gc
import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from exchanger.cli import app
from exchanger.domain.policy import Locks
from exchanger.domain.reconcile import Rules
from exchanger.domain.task import ExternalTask
from exchanger.ops.reconcile import CHUNK, DryReconciliation, Line
from exchanger.ops.reconcile_text import action_of, why
from exchanger.testing.memory_system import MEMORY_TOPIC
from tests.roles.house import OURS, WORKER, House, house


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


async def test_many_obligations_are_walked_in_chunks_with_flat_memory() -> None:
    async with house() as home:
        count = 6 * CHUNK
        until = home.state.now() + Locks().long
        made = replace(home.task(), worker_id=WORKER, locked_until=until)
        home.state.tasks.clear()
        for number in range(count):
            home.state.tasks[f"t{number}"] = replace(made, id=f"t{number}")
            if number % 10:
                home.objects.add(str(OURS.key(f"t{number}")))
        walk_clock_free(home)
        walk = DryReconciliation(home.context, home.system, Rules(), 1.0)
        most, actions, started = 0, Counter[str](), time.monotonic()
        async for lines in walk.walk():
            actions.update(action_of(line) for line in lines)
            most = max(most, sum(isinstance(one, Line) for one in gc.get_objects()))
        assert actions == {"Watch": count * 9 // 10, "NoteMissing": count // 10}
        assert most <= 2 * CHUNK
        assert home.objects.calls["find"] == count / CHUNK
        assert time.monotonic() - started < 20


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
