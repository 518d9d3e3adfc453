"""A diagram, a task for a person, the right gateway: in one process, and as separate services over RabbitMQ."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from exchanger.sandbox.engine import EngineProcess
from exchanger.testing.eventually import eventually
from tests.e2e.audit import Expected
from tests.e2e.house import CREATOR, EVERYTHING, ON_DUTY, WORKER, Service
from tests.e2e.ledger import read_ledger
from tests.e2e.world import KEY_PREFIX, World, open_world

pytestmark = pytest.mark.e2e

PERSON = 3
ANSWERS = [("ДА", "accepted"), ("НЕТ", "rejected")]


async def _waiting(world: World) -> int:
    async with aiohttp.ClientSession() as session, session.get(f"{world.sources.portal}/__admin/tasks") as response:
        tasks = (await response.json())["tasks"]
    return int(tasks[0]["id"]) if tasks else 0


async def _metric(service: Service, sample: str) -> float:
    """What the service's own page of metrics says now."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{service.port}/metrics") as response:
        assert response.status == 200
        lines = dict(line.rsplit(" ", 1) for line in (await response.text()).splitlines() if not line.startswith("#"))
    return float(lines[sample])


async def _one_instance(world: World, text: str, end: str) -> None:
    # Given a deployed diagram and one instance
    await world.deploy("question")
    await world.start("question")
    # When its task has appeared in the portal and a person answers and closes it
    task = await eventually(lambda: _waiting(world), within=20, what="the portal has the task")
    for action, extra in (("start", {}), ("answer", {"text": text}), ("complete", {})):
        await world.admin("act", {"user": PERSON, "task_id": task, "action": action, **extra})
    # Then the process has gone through the gateway of that answer, and nothing else happened
    await world.ended(within=20, patience=20)
    expected = Expected(frozenset(world.started), KEY_PREFIX, frozenset({end}), frozenset({"review"}))
    assert await world.faults(expected) == []


@pytest.mark.parametrize(("text", "end"), ANSWERS)
async def test_an_answer_drives_the_right_gateway_in_one_process(
    camunda: EngineProcess, tmp_path: Path, text: str, end: str
) -> None:
    async with open_world(camunda.url, None, tmp_path / "house", people=False) as world:
        everything = world.house.service("exchanger", EVERYTHING)
        await everything.says(ON_DUTY)
        await _one_instance(world, text, end)
        assert await _metric(everything, 'exchanger_events_total{kind="settled",system="bitrix24"}') == 1
        assert await _metric(everything, 'exchanger_on_duty{system="bitrix24"}') == 1
        assert await everything.stop() < 10
        assert (await read_ledger(world.sources)).queues == {}


@pytest.mark.parametrize(("text", "end"), ANSWERS)
async def test_an_answer_drives_the_right_gateway_as_separate_services(
    camunda: EngineProcess, vhost: str, tmp_path: Path, text: str, end: str
) -> None:
    async with open_world(camunda.url, vhost, tmp_path / "house", people=False) as world:
        world.house.service("camunda-worker", WORKER)
        creator = world.house.service("task-creator", CREATOR)
        await creator.says(ON_DUTY)
        await _one_instance(world, text, end)
        assert await _metric(creator, 'exchanger_events_total{kind="created",system="bitrix24"}') == 1
        assert await _metric(creator, 'exchanger_on_duty{system="bitrix24"}') == 1
