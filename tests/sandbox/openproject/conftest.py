from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession

from exchanger.sandbox.openproject import Instance, RunningInstance, default_instance, standin
from tests.sandbox.openproject.client import Client


class ManualClock:
    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def instance(clock: ManualClock) -> Instance:
    return default_instance(clock=clock)


@pytest.fixture
async def running(instance: Instance) -> AsyncIterator[RunningInstance]:
    async with standin(instance) as running:
        yield running


@pytest.fixture
async def client(running: RunningInstance) -> AsyncIterator[Client]:
    async with ClientSession() as session:
        yield Client(session, running)
