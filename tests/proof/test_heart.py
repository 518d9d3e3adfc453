"""The heart: in the middle of the work all is killed and the broker thrown away. All goes on, nothing is made twice."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.rabbitmq import RabbitServer, Software
from exchanger.testing.eventually import eventually
from tests.proof.broker import own_broker, thrown_away
from tests.proof.case import CREATOR, WORKER, Case, on_duty, open_case
from tests.proof.service import LEASE

pytestmark = [pytest.mark.e2e, pytest.mark.engine, pytest.mark.rabbitmq, pytest.mark.timeout(1500)]

INSTANCES = int(os.environ.get("EXCHANGER_PROOF_INSTANCES", "1000"))
FEWER = max(INSTANCES // 20, 50)
"""Where the engine is killed or the portal is late: the number proves nothing more there, and costs minutes."""
QUARANTINE = 12.0
LATE = 10.0
"""Seconds after which a create is carried out: after all has been started again, inside the quarantine."""
LATE_ONES = 4
LONG_LEASE = str(2 * QUARANTINE)  # settings ask for a quarantine of half a lease at most
AT_THE_CRASH = 0.3
"""The share of the work that is done when everything is killed."""
TASKS_EACH = 4
IN_HAND = 5.0
"""Seconds for the last messages, which the broker no longer counts."""
PATIENCE = 120.0
"""Seconds without a completed task: what was delivered again (thousands of stale receipts) is worked off first."""


@asynccontextmanager
async def _at_work(
    engine: EngineProcess, software: Software, home: Path, **extra: str
) -> AsyncIterator[tuple[Case, RabbitServer]]:
    async with (
        own_broker(software, home / "broker") as broker,
        open_case(engine.url, broker.url, home / "house") as case,
    ):
        case.start("camunda-worker", WORKER, extra)
        await on_duty(case.start("task-creator", CREATOR, extra))
        yield case, broker


async def _in_the_middle(case: Case, count: int) -> None:
    await case.begin(count)
    goal = int(count * TASKS_EACH * AT_THE_CRASH)
    await eventually(partial(_reached, case, goal), within=600, every=0.2, what="the middle of the work")


async def _reached(case: Case, goal: int) -> bool:
    return await case.world.done() >= goal


async def _kill_all(case: Case) -> None:
    """SIGKILL to every role; what they wrote about themselves is deleted, too."""
    await asyncio.gather(*(service.kill() for service in case.services))
    for folder in (case.world.house.home / name for name in ("logs", "journal")):
        shutil.rmtree(folder, ignore_errors=True)


async def _goes_on(case: Case) -> None:
    """Started again, every instance ends, and the audit finds nothing."""
    left = len(case.world.started) * TASKS_EACH - await case.world.done()
    assert left > 0, "the crash came too late to prove anything"
    for service in case.services:
        service.start()
    await case.world.ended(within=900, patience=PATIENCE)
    await case.world.quiet(still=IN_HAND)
    await case.stop()
    assert case.faults(await case.ledger()) == []


async def test_every_process_is_killed_and_the_broker_thrown_away(
    durable: EngineProcess, rabbitmq_software: Software, tmp_path: Path
) -> None:
    async with _at_work(durable, rabbitmq_software, tmp_path) as (case, broker):
        await _in_the_middle(case, INSTANCES)
        await _kill_all(case)
        await thrown_away(broker)
        await _goes_on(case)


async def test_every_process_is_killed_the_broker_thrown_away_and_the_engine_killed(
    durable: EngineProcess, rabbitmq_software: Software, tmp_path: Path
) -> None:
    async with _at_work(durable, rabbitmq_software, tmp_path) as (case, broker):
        await _in_the_middle(case, FEWER)
        await _kill_all(case)
        await asyncio.gather(thrown_away(broker), asyncio.to_thread(_killed, durable))
        await _goes_on(case)


async def test_the_portal_makes_tasks_after_every_process_was_killed_and_the_broker_thrown_away(
    durable: EngineProcess, rabbitmq_software: Software, tmp_path: Path
) -> None:
    slow = {"BITRIX_QUARANTINE": str(QUARANTINE), LEASE: LONG_LEASE}
    async with _at_work(durable, rabbitmq_software, tmp_path, **slow) as (case, broker):
        # Given creates on their way to a slow portal
        await _in_the_middle(case, FEWER)
        late = {"kind": "delay_then_commit", "method": "tasks.task.add", "times": LATE_ONES, "delay": LATE}
        await case.world.admin("faults", late)
        await eventually(partial(_on_their_way, case), within=60, every=0.05, what="late creates")
        # When everything is killed, and started again before they are carried out
        killed_at = time.monotonic()
        await _kill_all(case)
        await thrown_away(broker)
        assert time.monotonic() - killed_at < LATE, "too slow a machine to prove anything"
        # Then they are found, and not doubled
        await _goes_on(case)


async def _on_their_way(case: Case) -> bool:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{case.world.sources.portal}/__admin/calls") as response,
    ):
        return len((await response.json())["fired"]) >= LATE_ONES


def _killed(engine: EngineProcess) -> None:
    engine.kill()
    engine.start()
