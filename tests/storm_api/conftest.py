from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchanger.sandbox.storm import default_workspace
from tests.storm_api.kit import Bench, JumpClock, bench


@pytest.fixture
async def storm(tmp_path: Path) -> AsyncIterator[Bench]:
    """The ordinary workspace, with the cloud's limit."""
    clock = JumpClock()
    async with bench(default_workspace(clock=clock.true_now), clock, tmp_path / "storm") as made:
        yield made
