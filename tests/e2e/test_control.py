"""The control must fail: the same faults, with and without the rule that protects from them."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from exchanger.sandbox.engine import EngineProcess
from exchanger.testing.eventually import eventually
from tests.e2e import agreement
from tests.e2e.house import CREATOR, ON_DUTY, WORKER
from tests.e2e.world import LEASE, World, open_world

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

NAIVE = (sys.executable, "-m", "tests.e2e.naive_creator")
LOST_ANSWERS = 5
LATE = 4.0
"""Seconds after which a create is carried out, whatever became of its caller; longer than a restart takes."""


@pytest.mark.parametrize(("creator", "doubled"), [(CREATOR, False), (NAIVE, True)], ids=["sound", "naive"])
async def test_answers_lost_after_the_portal_made_the_task_double_it_only_without_the_search(
    camunda: EngineProcess, vhost: str, tmp_path: Path, creator: tuple[str, ...], *, doubled: bool
) -> None:
    async with open_world(camunda.url, vhost, tmp_path / "house", people=True) as world:
        # Given a portal that makes the task and answers with a gateway's error page
        await world.admin("faults", {"kind": "bad_gateway_after", "method": "tasks.task.add", "times": LOST_ANSWERS})
        world.house.service("camunda-worker", WORKER)
        await world.house.service("task-creator", creator).says(ON_DUTY)
        # When instances run
        await world.deploy(agreement.KEY)
        await world.start(agreement.KEY, 10, subject="договор", counter=0, trail="")
        await world.ended(within=150, patience=LEASE)
        # Then the audit finds each doubled task, and none where the rule holds
        faults = await world.faults(agreement.expected(world.started))
        twice = [fault for fault in faults if "1 tasks, 2 objects" in fault]
        assert len(twice) == (LOST_ANSWERS if doubled else 0), faults
        assert bool(faults) is doubled, faults


@pytest.mark.parametrize(("quarantine", "doubled"), [(LATE + 3, False), (0, True)], ids=["sound", "naive"])
async def test_creates_that_outlive_a_killed_creator_double_tasks_only_without_the_quarantine(
    camunda: EngineProcess, vhost: str, tmp_path: Path, quarantine: float, *, doubled: bool
) -> None:
    async with open_world(camunda.url, vhost, tmp_path / "house", people=True) as world:
        # Given creates on their way to a slow portal
        late = {"kind": "delay_then_commit", "method": "tasks.task.add", "times": 4, "delay": LATE}
        await world.admin("faults", late)
        world.house.service("camunda-worker", WORKER)
        first = world.house.service("first-creator", CREATOR, {"BITRIX_QUARANTINE": "0"})
        await first.says(ON_DUTY)
        await world.deploy(agreement.KEY)
        await world.start(agreement.KEY, 10, subject="договор", counter=0, trail="")
        await eventually(partial(_creating, world), within=30, every=0.05, what="creates are on their way")
        # When their creator is killed and another goes on
        await first.kill()
        world.house.service("second-creator", CREATOR, {"BITRIX_QUARANTINE": str(quarantine)})
        await world.ended(within=150, patience=LEASE)
        # Then the late ones are waited for, or doubled
        faults = await world.faults(agreement.expected(world.started))
        assert any("1 tasks, 2 objects" in fault for fault in faults) is doubled, faults
        assert bool(faults) is doubled, faults


async def _creating(world: World) -> bool:
    async with aiohttp.ClientSession() as session, session.get(f"{world.sources.portal}/__admin/calls") as response:
        requests = (await response.json())["requests"]
    return bool(requests.get("tasks.task.add", 0) >= 4)
