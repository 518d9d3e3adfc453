"""Objects that are there already are taken as they are; what vanishes comes back."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelNotFoundEntity

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.ports import Address, Message
from exchanger.testing.eventually import eventually
from exchanger.wire.names import OLD_DEAD_LETTERS
from tests.bus.kit import NAMES, ORDER, QUEUE, Inbox, eventually_depth

pytestmark = pytest.mark.rabbitmq

FOREIGN = {
    "classic of the predecessor": {},
    "classic with a TTL": {"x-message-ttl": 86_400_000, "x-max-length": 100_000},
    "quorum with its own limit": {"x-queue-type": "quorum", "x-delivery-limit": 7},
    "quorum with SAC": {"x-queue-type": "quorum", "x-single-active-consumer": True},
}


@pytest.mark.parametrize("arguments", FOREIGN.values(), ids=FOREIGN)
async def test_foreign_queue_is_taken_as_it_is(
    broker: BrokerConnection, raw: AbstractChannel, buses: AsyncExitStack, arguments: dict[str, Any], said: list[str]
) -> None:
    await raw.declare_queue(QUEUE, durable=True, arguments=arguments)
    inbox = Inbox()

    bus = await buses.enter_async_context(RabbitBus(broker))
    await bus.connected()
    async with bus.consume(QUEUE, inbox, at_once=2):
        await bus.publish(ORDER, Message(b"1"))
        await eventually(lambda: inbox.got)

    assert "отличается" in bus.state()[f"очередь {QUEUE}"]
    assert len([line for line in said if "не такой, как ожидалось" in line]) == 1
    await raw.declare_queue(QUEUE, durable=True, arguments=arguments)  # unchanged: a differing one would be refused


async def test_foreign_exchange_is_taken_as_it_is(
    broker: BrokerConnection, raw: AbstractChannel, buses: AsyncExitStack
) -> None:
    await raw.declare_exchange(NAMES.tasks, "topic", durable=True)  # without the alternate exchange
    bus = await buses.enter_async_context(RabbitBus(broker))
    await bus.connected()
    await bus.publish(ORDER, Message(b"1"))
    assert "alternate-exchange" in bus.state()[f"обменник {NAMES.tasks}"]


@pytest.mark.parametrize(
    ("setting", "arguments"),
    [
        ("quorum", {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000}),
        ("classic", {"x-queue-type": "classic"}),
    ],
)
async def test_missing_queues_are_made_by_the_setting(
    broker: BrokerConnection, raw: AbstractChannel, buses: AsyncExitStack, setting: Any, arguments: dict[str, Any]
) -> None:
    bus = await buses.enter_async_context(RabbitBus(replace(broker, queue_type=setting)))
    await bus.connected()
    await raw.declare_queue(QUEUE, durable=True, arguments=arguments)
    assert bus.state()["топология"] == "как ожидалось"


async def test_old_dead_letter_queue_is_not_made(bus: RabbitBus, raw: AbstractChannel) -> None:
    with pytest.raises(ChannelNotFoundEntity):
        await raw.declare_queue(OLD_DEAD_LETTERS, passive=True)


async def test_keys_of_python_services_are_repaired_on_an_old_installation(
    broker: BrokerConnection, raw: AbstractChannel, buses: AsyncExitStack
) -> None:
    exchange = await raw.declare_exchange(NAMES.tasks, "topic", durable=True)
    queue = await raw.declare_queue("python-services.queue", durable=True)
    for key in ("python.*", "email.*"):
        await queue.bind(exchange, key)

    bus = await buses.enter_async_context(RabbitBus(broker))
    await bus.connected()
    await bus.publish(NAMES.order_address("python-services", "send_email"), Message(b"1"))
    assert await eventually_depth(bus, "python-services.queue", 1)


async def test_queue_deleted_under_its_consumer_comes_back_with_its_bindings(
    bus: RabbitBus, raw: AbstractChannel
) -> None:
    inbox = Inbox()
    async with bus.consume(QUEUE, inbox, at_once=1):
        await bus.publish(ORDER, Message(b"1"))
        await eventually(lambda: inbox.got)
        subscription = bus._consumers[QUEUE]._subscription
        await raw.queue_delete(QUEUE)
        await eventually(lambda: bus._consumers[QUEUE]._subscription not in {None, subscription})
        assert bus.state()[f"потребитель {QUEUE}"] == "потребляется"
        await bus.publish(ORDER, Message(b"2"))
        await eventually(lambda: b"2" in inbox.bodies())


async def test_channel_closed_under_its_consumer_is_opened_again(bus: RabbitBus) -> None:
    inbox = Inbox()
    async with bus.consume(QUEUE, inbox, at_once=1):
        await bus.publish(ORDER, Message(b"1"))
        await eventually(lambda: inbox.got)
        subscription = bus._consumers[QUEUE]._subscription
        assert subscription is not None
        underlay = await subscription.channel.get_underlay_channel()
        await underlay.basic_ack(999)  # an unknown delivery: PRECONDITION_FAILED, as consumer_timeout does
        await eventually(lambda: bus._consumers[QUEUE]._subscription not in {None, subscription})
        await bus.publish(ORDER, Message(b"2"))
        await eventually(lambda: b"2" in inbox.bodies())


async def test_cancelled_consumer_of_an_open_channel_is_noticed_by_the_watch(bus: RabbitBus) -> None:
    inbox = Inbox()
    async with bus.consume(QUEUE, inbox, at_once=1):
        await eventually(lambda: bus._consumers[QUEUE]._subscription)
        subscription = bus._consumers[QUEUE]._subscription
        assert subscription is not None
        await subscription.queue.cancel(subscription.tag)  # nobody is told: only the watch can see it
        await bus.publish(ORDER, Message(b"1"))
        await eventually(lambda: inbox.got, within=8)


async def test_depth_is_fresh_and_asked_at_most_once_a_second(bus: RabbitBus) -> None:
    await bus.publish(Address("", QUEUE), Message(b"1"))
    assert await eventually_depth(bus, QUEUE, 1)
    asked = asyncio.gather(*(bus.depth(QUEUE) for _ in range(50)))
    await bus.publish(Address("", QUEUE), Message(b"2"))
    assert set(await asked) == {1}
    assert await eventually_depth(bus, QUEUE, 2)
