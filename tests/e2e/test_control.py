"""The control must fail: the same faults, with and without the rule that protects from them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from exchanger.sandbox.engine import EngineProcess
from tests.e2e import agreement
from tests.e2e.house import CREATOR, ON_DUTY, WORKER
from tests.e2e.world import LEASE, open_world

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

NAIVE = (sys.executable, "-m", "tests.e2e.naive_creator")
LOST_ANSWERS = 5


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
