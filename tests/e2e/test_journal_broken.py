"""A journal that nobody can write is a remark in the health of the service; the work goes its whole way."""

from __future__ import annotations

from pathlib import Path

import aiohttp
import pytest

from exchanger.journal.store import FILE
from exchanger.ops.journal import PART
from exchanger.sandbox.engine import EngineProcess
from exchanger.testing.eventually import eventually
from tests.e2e.house import EVERYTHING, ON_DUTY, Service
from tests.e2e.test_one import ANSWERS, _one_instance
from tests.e2e.world import open_world

pytestmark = pytest.mark.e2e


async def _journal(service: Service) -> tuple[int, str]:
    url = f"http://127.0.0.1:{service.port}/health/ready"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status, (await response.json())["parts"][PART]["condition"]


async def test_a_task_goes_its_whole_way_while_the_journal_cannot_be_written(
    camunda: EngineProcess, tmp_path: Path
) -> None:
    async with open_world(camunda.url, None, tmp_path / "house", people=False) as world:
        for folder in ("logs/dev", "logs/prod"):
            (tmp_path / "house" / folder / FILE).mkdir(parents=True)  # a folder where the file must be

        everything = world.house.service("exchanger", EVERYTHING)
        await everything.says(ON_DUTY)
        await _one_instance(world, *ANSWERS[0])

        async def remarked() -> bool:
            return await _journal(everything) == (200, "degraded")

        await eventually(remarked)
