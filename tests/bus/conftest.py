"""Buses on the session's broker, each test in a virtual host of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus


@pytest.fixture
def broker(vhost: str) -> BrokerConnection:
    return replace(BrokerConnection.from_url(vhost), grace=0.5, watch_every=1.0, check_timeout=2.0)


@pytest.fixture
async def buses() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as stack:
        yield stack


@pytest.fixture
async def bus(broker: BrokerConnection, buses: AsyncExitStack) -> RabbitBus:
    bus = await buses.enter_async_context(RabbitBus(broker))
    await bus.connected()
    return bus
