from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.systems.openproject.world import OpenProjectWorld, open_world


@pytest.fixture
async def world() -> AsyncIterator[OpenProjectWorld]:
    async with open_world() as world:
        yield world
