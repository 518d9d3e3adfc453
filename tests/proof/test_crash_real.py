"""The crash matrix on real parts: at each seam of each role once SIGKILL, once a cut of the whole network.

The cases run side by side, in the first of the tests; each test then tells what became of its case.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest

from exchanger.sandbox.engine import EngineProcess
from exchanger.testing.crash_points import CRASH_AT, CRASH_FILE, CRASH_HOW, CrashHow, CrashPoint
from exchanger.testing.eventually import eventually
from tests.e2e.house import Service
from tests.proof.case import CREATOR, PATIENCE, WORKER, Case, open_case
from tests.proof.poison import poison, take_dead_letters

pytestmark = [pytest.mark.e2e, pytest.mark.engine, pytest.mark.rabbitmq, pytest.mark.timeout(400)]

AT_ONCE = 8
INSTANCES = 3
OUTAGE = 1.5
"""Seconds; longer than the first pauses of a role between two tries."""


@dataclass(frozen=True, slots=True)
class Blow:
    """What happens where."""

    point: CrashPoint
    how: CrashHow

    def __str__(self) -> str:
        return f"{'cut' if self.how is CrashHow.HOLD else self.how}-{self.point.replace(':', '-')}"


MATRIX = [Blow(point, how) for point, how in product(CrashPoint, (CrashHow.KILL, CrashHow.HOLD))]


async def _strike(case: Case, blow: Blow, victim: Service, file: Path) -> None:
    """Wait until it has happened, and heal."""
    if blow.how is CrashHow.KILL:
        await eventually(lambda: not victim.alive, within=60, every=0.05, what=f"{victim.name} is killed")
        victim.environment = case.environment
        victim.start()
        return
    await eventually(file.exists, within=60, every=0.02, what=f"{victim.name} waits at its point")
    await case.network.cut()
    file.unlink()  # noqa: ASYNC240 - takes no time; the role goes on, and meets the outage
    await asyncio.sleep(OUTAGE)
    case.network.heal()


async def _play(blow: Blow, engine: str, amqp: str, home: Path) -> list[str]:
    file = home / "crash"
    crash = {CRASH_AT: blow.point.value, CRASH_HOW: blow.how.value, CRASH_FILE: str(file)}
    in_worker = blow.point.role in {"worker", "responder"}
    async with open_case(engine, amqp, home) as case:
        # Tasks that are older than the creator's term: only those are searched for.
        worker = case.start("camunda-worker", WORKER, crash if in_worker else None)
        await case.begin(INSTANCES)
        poisoned = await poison(case)
        creator = case.start("task-creator", CREATOR, None if in_worker else crash)
        await _strike(case, blow, worker if in_worker else creator, file)
        twice = await poisoned.ends_as_an_incident()
        await case.world.ended(within=150, patience=PATIENCE)
        letters = await take_dead_letters(amqp)
        await case.world.quiet()
        await case.stop()
        ledger = await case.ledger()
        return twice + poisoned.faults(letters, ledger) + case.faults(poisoned.without(ledger))


async def _play_all(blows: list[Blow], engine: str, vhosts: Iterator[str], home: Path) -> dict[Blow, list[str]]:
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(blow: Blow, amqp: str) -> list[str]:
        async with slots:
            try:
                return await _play(blow, engine, amqp, home / str(blow))
            except Exception as error:  # noqa: BLE001 - the test of this case tells it, the others go on
                return [repr(error), *getattr(error, "__notes__", [])]

    found = await asyncio.gather(*(one(blow, amqp) for blow, amqp in zip(blows, vhosts, strict=False)))
    return dict(zip(blows, found, strict=True))


@pytest.fixture(scope="module")
def played(
    request: pytest.FixtureRequest,
    durable: EngineProcess,
    _vhosts: Iterator[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Mapping[Blow, list[str]]:
    items = (item for item in request.session.items if isinstance(item, pytest.Function))
    params = (item.callspec.params["blow"] for item in items if "played" in item.fixturenames)
    chosen = [blow for blow in params if isinstance(blow, Blow)]
    with ThreadPoolExecutor(1) as thread:  # with a loop of its own: the session's tests have theirs
        home = tmp_path_factory.mktemp("matrix")
        return thread.submit(lambda: asyncio.run(_play_all(chosen, durable.url, _vhosts, home))).result()


@pytest.mark.parametrize("blow", MATRIX, ids=str)
def test_a_crash_at_any_step_loses_and_doubles_nothing(played: Mapping[Blow, list[str]], blow: Blow) -> None:
    assert played[blow] == []
