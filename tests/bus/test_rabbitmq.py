"""RabbitMQ keeps the contract."""

from __future__ import annotations

from contextlib import AsyncExitStack

import pytest

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from tests.bus.contract import BusContract

pytestmark = pytest.mark.rabbitmq


class TestRabbitBus(BusContract):
    @pytest.fixture
    async def peer(self, broker: BrokerConnection, buses: AsyncExitStack) -> RabbitBus:
        peer = await buses.enter_async_context(RabbitBus(broker))
        await peer.connected()
        return peer
