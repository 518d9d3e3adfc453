from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.systems.onec.world import OnecWorld, open_world


@pytest.fixture
async def world() -> AsyncIterator[OnecWorld]:
    async with open_world() as world:
        yield world
