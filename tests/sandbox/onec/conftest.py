from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession, DummyCookieJar

from exchanger.sandbox.onec import Infobase, RunningBase, default_base, standin
from exchanger.sandbox.onec.seed import PLAN
from tests.sandbox.onec.client import Client


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
def base(clock: ManualClock) -> Infobase:
    return default_base(clock=clock)


@pytest.fixture
async def running(base: Infobase) -> AsyncIterator[RunningBase]:
    async with standin(base, plan=PLAN) as running:
        yield running


@pytest.fixture
async def client(running: RunningBase) -> AsyncIterator[Client]:
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield Client(session, running)
