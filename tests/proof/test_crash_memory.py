"""The crash matrix in memory: at each seam of each role once an unexpected exception, once the stop of the roles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from exchanger.domain.errors import Reject
from exchanger.domain.task import ExternalTask, ObjectState
from exchanger.roles.quarantine import Quarantine
from exchanger.testing.crash_points import Crash, CrashPoint
from exchanger.wire.names import ERRORS_QUEUE
from tests.proof.memory import ANSWER, faults, roles_with
from tests.roles.house import House, fail, house

TASKS = 6
STEP = 5.0
REFUSAL = "нет такого исполнителя."
BUG = "никто такого не ждал"


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as built:
        yield built


class Bug(Exception):
    """What nobody expects."""


async def _raise() -> None:
    raise Bug(BUG)


Restart = Callable[[], Awaitable[None]]


async def _no_restart() -> None:
    """Nothing is stopped."""


async def _pass(home: House, seconds: float, restart: Restart) -> None:
    """Time goes by in steps, so that a stop happens at its moment and not after all the rest."""
    end = home.clock.monotonic() + seconds
    while (left := end - home.clock.monotonic()) > 0:
        await home.clock.advance(min(left, STEP))
        await restart()


async def _begin(home: House, crash: Crash, restart: Restart) -> list[ExternalTask]:
    """Half of the tasks are older than the term: only those are searched for. One is refused for good at first."""
    old = [home.task(f"старая {number}") for number in range(TASKS // 2)]
    home.objects.before = fail(Reject(REFUSAL), at="create")
    home.start(*roles_with(crash, home))
    await _pass(home, home.system.quarantine.total_seconds() + 10, restart)
    return old + [home.task(f"новая {number}") for number in range(TASKS // 2)]


async def _to_the_end(home: House, restart: Restart) -> None:
    """People finish what they see, the operator retries what became an incident, leases run out."""
    for _ in range(4):
        await _pass(home, home.locks.lease.total_seconds() / 2, restart)
        for incident in home.state.incidents:
            home.state.set_retries(incident.id, 1)
        for found in home.objects.all:
            if found.state is ObjectState.OPEN:
                home.objects.finish(found.id, ANSWER)
    await _pass(home, home.pace.sweep + 60, restart)


def _reasons(home: House) -> list[str]:
    """Why the dead letters died; each lies in its queue."""
    reasons = [record.reason for record in home.errors()]
    assert home.bus.waiting(ERRORS_QUEUE) == len(reasons) > 0
    return reasons


@pytest.mark.parametrize("point", CrashPoint)
async def test_an_exception_at_any_step_loses_and_doubles_nothing(home: House, point: CrashPoint) -> None:
    # Given a bug that shows itself once, at this step
    crash = Crash(point, _raise)
    tasks = await _begin(home, crash, _no_restart)
    # When time goes by
    await _to_the_end(home, _no_restart)
    # Then it happened, every role lives, and all is well; what was given up is in the dead letters with its reason
    assert crash.struck
    assert not any(role.done() for role in home.running)
    assert set(_reasons(home)) <= {REFUSAL, BUG}
    assert faults(home, tasks) == []


@pytest.mark.parametrize("point", CrashPoint)
async def test_a_cancellation_at_any_step_loses_and_doubles_nothing(home: House, point: CrashPoint) -> None:
    # Given roles that are stopped at the very moment when one of them is at this step
    reached, restarted = asyncio.Event(), asyncio.Event()

    async def stay() -> None:
        reached.set()
        await asyncio.Event().wait()

    crash = Crash(point, stay)

    async def restart() -> None:
        if reached.is_set() and not restarted.is_set():
            restarted.set()
            await home.throw_away(queues=False)
            home.start(*roles_with(crash, home))

    # When they are started again and time goes by
    tasks = await _begin(home, crash, restart)
    await _to_the_end(home, restart)
    # Then nothing is lost or doubled
    assert restarted.is_set()
    assert set(_reasons(home)) <= {REFUSAL}
    assert faults(home, tasks) == []


async def test_without_the_search_the_matrix_finds_the_twin(home: House, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a creator that takes every task for one that nobody has tried
    monkeypatch.setattr(Quarantine, "untouched", lambda _self, _task: True)
    # Then a crash just after a create makes a second object, and the audit says so
    with pytest.raises(AssertionError, match="2 objects"):
        await test_an_exception_at_any_step_loses_and_doubles_nothing(home, CrashPoint.CREATED)
