"""Two hundred instances with rework loops and parallel branches; then the same while services are killed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from random import Random

import pytest

from exchanger.sandbox.engine import EngineProcess
from exchanger.testing.eventually import eventually
from tests.e2e import agreement
from tests.e2e.house import CREATOR, ON_DUTY, WORKER
from tests.e2e.tcp import brokers_proxy
from tests.e2e.world import LEASE, QUARANTINE, World, open_world

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

INSTANCES = 200
KILLS = 4
LATE_CREATES = {
    "kind": "delay_then_commit",
    "method": "tasks.task.add",
    "times": None,
    "probability": 0.1,
    "delay": QUARANTINE / 3,
}
PATIENCE = LEASE + 30
"""A killed fetch heals when the lease expires; with less patience healing would be read as loss."""


async def _begin(world: World, count: int = INSTANCES) -> None:
    await world.deploy(agreement.KEY)
    await world.start(agreement.KEY, count, subject="договор", counter=0, trail="")


async def _all_ended_as_promised(world: World) -> None:
    await world.ended(within=240, patience=PATIENCE)
    await world.quiet()
    for service in world.house.services[1:]:
        await service.stop()
    # Messages that nobody had acknowledged are back in their queues now, so the depths are whole.
    assert await world.faults(agreement.expected(world.started)) == []


async def test_every_instance_ends_and_every_task_exists_once(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    async with open_world(camunda.url, vhost, tmp_path / "house", people=True) as world:
        world.house.service("camunda-worker", WORKER)
        await world.house.service("task-creator", CREATOR).says(ON_DUTY)
        await _begin(world)
        await _all_ended_as_promised(world)


async def test_nothing_is_lost_or_doubled_when_services_are_killed_and_connections_cut(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    async with (
        brokers_proxy(vhost) as proxy,
        open_world(camunda.url, proxy.url_for(vhost), tmp_path / "house", people=True) as world,
    ):
        # One create in ten is carried out late, whatever became of its caller: the quarantine is longer than that.
        await world.admin("faults", LATE_CREATES)
        worker = world.house.service("camunda-worker", WORKER)
        creator = world.house.service("task-creator", CREATOR)
        await creator.says(ON_DUTY)
        await _begin(world)
        random = Random(1)
        for number in range(KILLS):
            # Kill in the middle of work: after every few dozen tasks, at a moment that nobody chose.
            goal = await world.done() + random.randint(15, 60)
            await eventually(partial(_reached, world, goal), within=PATIENCE, every=0.1, what="progress")
            for service in (worker, creator):
                await service.kill()
                service.start()
            await creator.says(ON_DUTY, times=number + 2)
            if number == 1:
                await proxy.reset()
        await _all_ended_as_promised(world)


async def _reached(world: World, goal: int) -> bool:
    return await world.done() >= goal
