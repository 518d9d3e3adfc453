from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, CookieJar

from exchanger.sandbox.bitrix24 import Portal, RunningPortal, default_portal, standin
from exchanger.sandbox.bitrix24.seed import CLERK
from tests.sandbox.bitrix24.client import Client


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
def portal(clock: ManualClock) -> Portal:
    return default_portal(clock=clock)


@pytest.fixture
async def running(portal: Portal) -> AsyncIterator[RunningPortal]:
    async with standin(portal) as running:
        yield running


@pytest.fixture
async def client(running: RunningPortal) -> AsyncIterator[Client]:
    async with ClientSession() as session:
        yield Client(session, running)


@pytest.fixture
async def running_as_clerk(running: RunningPortal) -> AsyncIterator[Client]:
    """A browser in which the clerk has been chosen (its jar accepts cookies of an address)."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        await session.post(running.url + "/whoami", data={"user": str(CLERK), "back": "/"})
        yield Client(session, running)
