"""Each name and type of an exchange that a setting gives is the one that a real broker gets."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aio_pika.abc import AbstractChannel

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.bus.topology import Kinds, topology
from exchanger.domain.errors import ConfigError
from exchanger.ports import Message
from exchanger.settings import load_settings
from exchanger.testing.eventually import eventually
from exchanger.wire.names import DEFAULT_QUEUE, Names
from exchanger.wiring import assemble, layout_of, names_of
from tests.bus.kit import Inbox

RENAMED = {
    "RABBITMQ_TASKS_EXCHANGE": "acme.tasks",
    "RABBITMQ_TASKS_EXCHANGE_TYPE": "direct",
    "RABBITMQ_ALTERNATE_EXCHANGE": "acme.unrouted",
    "RABBITMQ_ALTERNATE_EXCHANGE_TYPE": "topic",
    "RABBITMQ_RESPONSES_EXCHANGE": "acme.answers",
    "RABBITMQ_RESPONSES_EXCHANGE_TYPE": "topic",
    "RABBITMQ_RESPONSES_QUEUE": "acme.answers.queue",
    "EXCHANGER_TOPICS": "acme_task=bitrix24",
}
ENVIRON = {
    "CAMUNDA_BASE_URL": "http://127.0.0.1:1/engine-rest",
    "CAMUNDA_AUTH_ENABLED": "false",
    "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/code1234/",
}


@pytest.mark.rabbitmq
async def test_names_and_types_from_settings_reach_the_broker(vhost: str, raw: AbstractChannel, tmp_path: Path) -> None:
    settings = load_settings({**ENVIRON, **RENAMED, "RABBITMQ_URL": vhost}, tmp_path)
    names = names_of(settings.broker)
    inbox = Inbox()
    async with assemble(settings) as exchanger:
        bus = exchanger.context.bus
        assert exchanger.context.names == names
        assert isinstance(bus, RabbitBus)
        await bus.connected()
        async with (
            bus.consume("bitrix24.queue", inbox, at_once=1),
            bus.consume(DEFAULT_QUEUE, inbox, at_once=1),
            bus.consume("acme.answers.queue", inbox, at_once=1),
        ):
            await bus.publish(names.order_address("bitrix24", "bitrix_create_task"), Message(b"1"))
            await bus.publish(names.order_address("bitrix24", "acme_task"), Message(b"2"))
            await bus.publish(names.order_address("nobody", "knows"), Message(b"3"))
            await bus.publish(names.responses_address, Message(b"4"))
            await eventually(lambda: len(inbox.got) == 4)

    got = {delivery.message.body: (delivery.exchange, delivery.queue) for delivery in inbox.got}
    assert got == {
        b"1": ("acme.tasks", "bitrix24.queue"),
        b"2": ("acme.tasks", "bitrix24.queue"),
        b"3": ("acme.tasks", DEFAULT_QUEUE),
        b"4": ("acme.answers", "acme.answers.queue"),
    }
    await raw.declare_exchange("acme.tasks", "direct", durable=True, arguments={"alternate-exchange": "acme.unrouted"})
    await raw.declare_exchange("acme.unrouted", "topic", durable=True)  # refused, were it of another type
    await raw.declare_exchange("acme.answers", "topic", durable=True)


@pytest.mark.rabbitmq
async def test_headers_and_fanout_exchanges_of_answers_and_unrouted_take_everything(
    broker: BrokerConnection, buses: AsyncExitStack
) -> None:
    layout = topology(kinds=Kinds("topic", "headers", "headers"))
    bus = await buses.enter_async_context(RabbitBus(broker, layout=layout))
    await bus.connected()
    inbox = Inbox()
    async with (
        bus.consume(DEFAULT_QUEUE, inbox, at_once=1),
        bus.consume(Names().responses_queue, inbox, at_once=1),
    ):
        await bus.publish(Names().order_address("nobody", "knows"), Message(b"1", headers={"target_system": "x"}))
        await bus.publish(Names().responses_address, Message(b"2"))
        await eventually(lambda: set(inbox.bodies()) == {b"1", b"2"})


async def test_the_memory_bus_takes_the_same_names(tmp_path: Path) -> None:
    settings = load_settings({**ENVIRON, **RENAMED}, tmp_path)
    names = names_of(settings.broker)
    layout = layout_of(settings)
    assert layout.route(names.order_address("bitrix24", "acme_task")) == ("bitrix24.queue",)
    assert layout.route(names.order_address("nobody", "knows")) == (DEFAULT_QUEUE,)
    async with assemble(settings) as exchanger:
        await exchanger.context.bus.publish(names.responses_address, Message(b"1"))
        assert await exchanger.context.bus.depth("acme.answers.queue") == 1


@pytest.mark.parametrize("kind", ["fanout", "headers"])
def test_a_type_that_gives_each_order_to_every_system_is_refused(kind: str, tmp_path: Path) -> None:
    settings = load_settings({**ENVIRON, "RABBITMQ_TASKS_EXCHANGE_TYPE": kind}, tmp_path)
    with pytest.raises(ConfigError, match="всем системам"):
        layout_of(settings)


def test_a_direct_alternate_exchange_would_lose_orders_and_is_refused() -> None:
    with pytest.raises(ConfigError, match="пропала"):
        topology(kinds=Kinds(unrouted="direct"))


def test_one_name_for_two_objects_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"camunda\.unrouted\.tasks"):
        topology(names=Names(tasks="camunda.unrouted.tasks"))
    with pytest.raises(ConfigError, match=r"bitrix24\.queue"):
        topology(names=Names(responses_queue="bitrix24.queue"))
