"""The installation in memory, for every test of the roles."""

from collections.abc import AsyncIterator, Iterator

import pytest

from exchanger.telemetry.log import log
from tests.roles.house import House, house


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as built:
        yield built


@pytest.fixture
def logged() -> Iterator[list[str]]:
    """What the log said, one line `LEVEL message` for each record."""
    lines: list[str] = []
    sink = log.add(lambda message: lines.append(str(message).rstrip()), format="{level} {message}", level="INFO")
    yield lines
    log.remove(sink)
