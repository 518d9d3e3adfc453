"""Publishing on RabbitMQ: what the broker would do to neighbours, and traps of the client library."""

from __future__ import annotations

import asyncio

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractMessage

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus, lane
from exchanger.bus.rabbitmq.within import open_channel
from exchanger.domain.errors import OutcomeUnknown, Reject, Retry
from exchanger.ports import Address, Message
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import TcpProxy
from exchanger.wire.names import DEFAULT_QUEUE
from tests.bus.kit import NAMES, ORDER, QUEUE, Inbox, eventually_depth
from tests.bus.publishing import insist

pytestmark = pytest.mark.rabbitmq


async def test_too_large_message_is_refused_before_it_harms_anyone(bus: RabbitBus, broker: BrokerConnection) -> None:
    body = b"x" * (broker.largest_message + 1)
    with pytest.raises(Reject, match="task-big слишком велико"):
        await bus.publish(ORDER, Message(body, "task-big"))
    await bus.publish(ORDER, Message(b"ok"))
    assert await eventually_depth(bus, QUEUE, 1)


async def test_too_long_key_is_refused(bus: RabbitBus) -> None:
    with pytest.raises(Reject, match="Ключ маршрута длиннее"):
        await bus.publish(NAMES.order_address("bitrix24", "я" * 130), Message(b"{}"))


async def test_missing_exchange_never_harms_neighbours(through: BrokerConnection, proxy: TcpProxy) -> None:
    async with RabbitBus(through) as bus:
        await bus.connected()
        connections = proxy.accepted
        good = [bus.publish(ORDER, Message(b"1")) for _ in range(50)]
        bad = [bus.publish(Address("no.such.exchange", "k"), Message(b"2")) for _ in range(20)]
        results = await asyncio.gather(*good, *bad, return_exceptions=True)
        assert results[:50] == [None] * 50
        assert all(isinstance(result, Retry) for result in results[50:])
        assert proxy.accepted == connections, "соединение уцелело"


async def test_unroutable_never_harms_neighbours_of_the_same_exchange(bus: RabbitBus) -> None:
    messages = [
        bus.publish(NAMES.responses_address if n % 2 else Address(NAMES.responses, "no"), Message(b""))
        for n in range(40)
    ]
    results = await asyncio.gather(*messages, return_exceptions=True)
    assert results[1::2] == [None] * 20
    assert all(isinstance(result, Retry) for result in results[::2])


async def test_deleted_exchange_is_made_again(bus: RabbitBus, raw: AbstractChannel) -> None:
    await bus.publish(ORDER, Message(b"1"))
    await raw.exchange_delete(NAMES.tasks)
    with pytest.raises((Retry, OutcomeUnknown)):
        await bus.publish(ORDER, Message(b"2"))
    await insist(bus, ORDER, Message(b"3"))

    # Between the exchange and its bindings an order falls through to the default queue: stored, not lost.
    async def both_stored() -> bool:
        return await bus.depth(QUEUE) + await bus.depth(DEFAULT_QUEUE) == 2

    assert await eventually(both_stored, within=5, every=0.1)

    async def routed_again() -> bool:
        await bus.publish(ORDER, Message(b"4"))
        return await bus.depth(QUEUE) >= 2

    assert await eventually(routed_again, within=10, every=0.5)


async def test_deleted_queue_is_made_again(bus: RabbitBus, raw: AbstractChannel) -> None:
    await raw.queue_delete("bitrix24.sent.queue")
    to = Address("", "bitrix24.sent.queue")
    with pytest.raises(Retry):
        await bus.publish(to, Message(b"1"))
    await insist(bus, to, Message(b"2"))
    assert await eventually_depth(bus, to.routing_key, 1)


async def test_full_queue_that_refuses_is_not_called_stored(bus: RabbitBus, raw: AbstractChannel) -> None:
    await raw.declare_queue("full", durable=True, arguments={"x-max-length": 1, "x-overflow": "reject-publish"})
    await bus.publish(Address("", "full"), Message(b"1"))
    with pytest.raises(OutcomeUnknown, match="переполнена"):
        await bus.publish(Address("", "full"), Message(b"2"))


async def test_one_task_to_two_queues_at_once_is_never_falsely_confirmed(bus: RabbitBus) -> None:
    await bus.publish(
        Address("", QUEUE), Message(b"{}")
    )  # a proven channel: from here on publications run side by side
    message = Message(b"{}", "one-task")
    lost, stored = await asyncio.gather(
        bus.publish(Address("", "missing.queue"), message), bus.publish(Address("", QUEUE), message),
        return_exceptions=True,
    )  # fmt: skip
    assert isinstance(lost, Retry)
    assert stored is None


async def test_control_the_trap_exists_where_message_id_is_reused(bus: RabbitBus, vhost: str) -> None:
    """Were this to fail, the library has been mended and the rule (a new message_id each attempt) may be dropped."""
    async with await aio_pika.connect(vhost) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        same = [
            channel.default_exchange.publish(aio_pika.Message(b"{}", message_id="same"), key)
            for key in ("missing.queue", QUEUE)
        ]
        lost, _stored = await asyncio.gather(*same, return_exceptions=True)
        assert not isinstance(lost, BaseException), "потерянное сообщение объявлено подтверждённым"


async def test_control_without_confirms_a_refusal_of_the_queue_is_called_stored(
    bus: RabbitBus, raw: AbstractChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lane, "open_channel", lambda connection, confirms: open_channel(connection, confirms=False))
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        await test_full_queue_that_refuses_is_not_called_stored(bus, raw)


async def test_control_without_mandatory_a_message_without_a_queue_is_called_stored(
    bus: RabbitBus, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def confirmed(exchange: AbstractExchange, key: str, message: AbstractMessage) -> None:
        await exchange.publish(message, key, mandatory=False)

    monkeypatch.setattr(lane, "_confirmed", confirmed)
    with pytest.raises(AssertionError):
        await test_unroutable_never_harms_neighbours_of_the_same_exchange(bus)


async def test_foreign_message_without_ids_and_with_odd_headers_is_delivered(bus: RabbitBus, vhost: str) -> None:
    inbox = Inbox()
    async with await aio_pika.connect(vhost) as connection:
        channel = await connection.channel()
        await channel.default_exchange.publish(
            aio_pika.Message(
                b"raw", headers={"s": "x", "n": 1, "list": [1], "table": {"a": 1}, "bytes": bytearray(b"\xff")}
            ),
            QUEUE,
        )
    async with bus.consume(QUEUE, inbox, at_once=1):
        await eventually(lambda: inbox.got)
    message = inbox.got[0].message
    assert message.correlation_id == ""
    assert message.headers["s"] == "x"
    assert message.headers["n"] == 1
    assert message.headers["bytes"] == "\ufffd"
    assert "list" not in message.headers
