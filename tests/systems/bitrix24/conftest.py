from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.systems.bitrix24.world import BitrixWorld, open_world


@pytest.fixture
async def world() -> AsyncIterator[BitrixWorld]:
    async with open_world() as world:
        yield world
