from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from exchanger.systems.onec import Profile
from exchanger.testing.contract import WorkContract
from tests.systems.onec.world import OnecWorld, open_world


class TestService(WorkContract):
    """The service of our extension."""

    @pytest.fixture
    async def world(self) -> AsyncIterator[OnecWorld]:
        async with open_world(profile=Profile.SERVICE) as world:
            yield world
