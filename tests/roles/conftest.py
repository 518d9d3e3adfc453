"""The installation in memory, for every test of the roles."""

from collections.abc import AsyncIterator

import pytest

from tests.roles.house import House, house


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as built:
        yield built
