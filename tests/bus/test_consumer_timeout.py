"""consumer_timeout of the real broker: the channel is closed, the health says why, no message is lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Literal

import pytest

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.ports import Message
from exchanger.sandbox.rabbitmq import RabbitServer
from exchanger.testing.eventually import eventually
from tests.bus.kit import ORDER, QUEUE, Inbox, eventually_depth

pytestmark = pytest.mark.rabbitmq


@pytest.fixture
async def impatient(doomed: RabbitServer) -> AsyncIterator[RabbitServer]:
    """A broker that waits a second for an acknowledgement, and looks twice a second."""
    await _set(doomed, consumer_timeout=1000, channel_tick_interval=500)
    yield doomed
    await _set(doomed, consumer_timeout=1_800_000, channel_tick_interval=60_000)


async def _set(server: RabbitServer, **values: int) -> None:
    orders = " ".join(f"application:set_env(rabbit, {name}, {value})," for name, value in values.items())
    await asyncio.to_thread(server.ctl, "eval", f"{orders} ok.")


@pytest.mark.parametrize("kind", ["classic", "quorum"])
async def test_a_handler_slower_than_the_consumer_timeout_loses_nothing_and_the_health_says_why(
    impatient: RabbitServer, buses: AsyncExitStack, said: list[str], kind: Literal["classic", "quorum"]
) -> None:
    url = await impatient.add_vhost(f"slow-{kind}")
    broker = replace(BrokerConnection.from_url(url), queue_type=kind, grace=0.5, watch_every=1.0)
    bus = await buses.enter_async_context(RabbitBus(broker))
    await bus.connected()
    inbox = Inbox()
    inbox.gate.clear()
    states: set[str] = set()

    def explained() -> bool:
        states.add(bus.state()[f"потребитель {QUEUE}"])
        return any("consumer_timeout" in state for state in states)

    async with bus.consume(QUEUE, inbox, at_once=1):
        # Given a handler that holds its message longer than the broker allows
        for number in range(3):
            await bus.publish(ORDER, Message(f"{number}".encode(), f"task-{number}"))
        await eventually(lambda: inbox.got)
        await eventually(explained, within=20, every=0.01, what="the health says why")
        # When it is quick again
        inbox.gate.set()
        # Then every message is handled, nothing stays in the queue, and the consumer is back
        await eventually(lambda: {b"0", b"1", b"2"} <= set(inbox.bodies()), within=20)
        assert await eventually_depth(bus, QUEUE, 0)
        await eventually(lambda: bus.state()[f"потребитель {QUEUE}"] == "потребляется", within=10)
    assert any("Потребитель очереди потерян" in line and "consumer_timeout" in line for line in said)
    assert any("Потребитель очереди вернулся" in line for line in said)
