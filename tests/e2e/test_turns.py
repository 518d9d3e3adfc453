"""One active creator at a time, a takeover at once, and a stop that leaves nothing behind."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from exchanger.sandbox.engine import EngineProcess
from exchanger.testing.eventually import eventually
from tests.e2e import agreement
from tests.e2e.house import CREATOR, GRACE, ON_DUTY, WORKER
from tests.e2e.ledger import History
from tests.e2e.world import LEASE, World, open_world

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

TAKEOVER = 5.0
"""Seconds; a rival asks for the term about once a second."""
AT_ONCE = LEASE / 2
"""Seconds of patience: whoever has to wait for a lease to expire is too late."""


async def _begin(world: World, count: int) -> None:
    await world.deploy(agreement.KEY)
    await world.start(agreement.KEY, count, subject="договор", counter=0, trail="")


async def _reached(world: World, goal: int) -> bool:
    return await world.done() >= goal


async def _in_the_middle(world: World, more: int) -> None:
    goal = await world.done() + more
    await eventually(partial(_reached, world, goal), within=40, every=0.05, what="work is going on")


async def test_of_two_creators_one_is_active_and_the_other_takes_over_at_once(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    async with open_world(camunda.url, vhost, tmp_path / "house", people=True) as world:
        # Given two creators, of which only the first is on duty
        world.house.service("camunda-worker", WORKER)
        first = world.house.service("first-creator", CREATOR)
        await first.says(ON_DUTY)
        second = world.house.service("second-creator", CREATOR)
        await second.ready()
        await _begin(world, 20)
        await _in_the_middle(world, 15)
        assert ON_DUTY not in second.text()
        assert "объект создан" not in second.text()
        # When the active one is killed
        await first.kill()
        # Then the other is on duty at once and finishes the work
        assert await second.says(ON_DUTY, within=TAKEOVER) < TAKEOVER
        await world.ended(within=90, patience=AT_ONCE)
        await world.quiet()
        assert "объект создан" in second.text()
        assert await world.faults(agreement.expected(world.started)) == []


async def test_a_stop_in_the_middle_loses_nothing_and_the_restart_goes_on_at_once(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    async with open_world(camunda.url, vhost, tmp_path / "house", people=True) as world:
        worker = world.house.service("camunda-worker", WORKER)
        creator = world.house.service("task-creator", CREATOR)
        await creator.says(ON_DUTY)
        await _begin(world, 40)
        for service in (worker, creator):
            await _in_the_middle(world, 10)
            assert await service.stop() < GRACE
            assert "Traceback" not in service.text()
            service.start()
        await world.ended(within=90, patience=AT_ONCE)
        await world.quiet()
        assert await world.faults(agreement.expected(world.started)) == []


async def test_what_begins_just_after_the_stop_is_not_taken_by_a_poll_of_the_dead(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    """The engine locks tasks for a poll whose caller is gone; then they would wait for the lease."""
    async with open_world(camunda.url, vhost, tmp_path / "house", people=True) as world:
        # Given an idle worker in the middle of its long poll, as long as it is by default
        worker = world.house.service("camunda-worker", WORKER, {"CAMUNDA_POLL": "8000"})
        await world.house.service("task-creator", CREATOR).says(ON_DUTY)
        await world.deploy("question")
        await world.start("question")
        await world.ended(within=60, patience=AT_ONCE)
        # When it is stopped, and an instance begins
        await worker.stop()
        await world.start("question")
        # Then its task is free, and a new worker takes it at once
        assert await _locked(world) == 0
        began = time.monotonic()
        worker.start()
        await world.ended(within=60, patience=AT_ONCE)
        assert time.monotonic() - began < AT_ONCE


async def _locked(world: World) -> int:
    async with aiohttp.ClientSession() as session:
        return await History(session, world.sources).count("external-task", locked="true")
