"""Outages of the link and of the broker: nothing confirmed is lost, everything comes back by itself."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Literal

import pytest

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.domain.errors import OutcomeUnknown, Retry
from exchanger.ports import Message
from exchanger.sandbox.rabbitmq import RabbitServer
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import TcpProxy
from tests.bus.kit import ORDER, QUEUE, Inbox, eventually_depth, fill
from tests.bus.publishing import insist

pytestmark = pytest.mark.rabbitmq


def lines(said: list[str], what: str) -> list[str]:
    return [line for line in said if what in line]


async def test_starts_without_a_broker_and_works_when_it_comes(
    through: BrokerConnection, proxy: TcpProxy, said: list[str]
) -> None:
    proxy.refuse()
    inbox = Inbox()
    started = time.monotonic()
    async with RabbitBus(through) as bus, bus.consume(QUEUE, inbox, at_once=1):
        with pytest.raises(Retry, match="Связи с брокером нет"):
            await bus.publish(ORDER, Message(b"1"))
        assert time.monotonic() - started < 1, "вход и отказ не ждут брокера"
        await eventually(lambda: "Нет связи с брокером" in bus.state()["связь: публикация"])
        await eventually(lambda: proxy.accepted >= 6, what="попытки повторяются")
        assert len(lines(said, "Связи с брокером нет")) == 2, "по строке на соединение, сколько бы попыток ни было"

        proxy.heal()
        await insist(bus, ORDER, Message(b"1"))
        await eventually(lambda: inbox.got)
        assert bus.state()["связь: публикация"] == bus.state()["связь: получение"] == "есть"
        await eventually(lambda: len(lines(said, "Связь с брокером восстановлена")) == 2)


async def test_publish_fails_at_once_while_the_link_is_down(through: BrokerConnection, proxy: TcpProxy) -> None:
    async with RabbitBus(through) as bus:
        await bus.connected()
        proxy.refuse()
        await proxy.reset()
        await eventually(lambda: bus.state()["связь: публикация"] != "есть")
        started = time.monotonic()
        with pytest.raises(Retry):
            await bus.publish(ORDER, Message(b"1"))
        assert time.monotonic() - started < 0.1


async def test_reset_connections_lose_nothing_confirmed(through: BrokerConnection, proxy: TcpProxy) -> None:
    inbox = Inbox()
    async with RabbitBus(through) as bus, bus.consume(QUEUE, inbox, at_once=4):
        publishing = asyncio.create_task(_publish_all(bus, 300))
        for _ in range(3):
            await asyncio.sleep(0.2)
            await proxy.reset()
        await publishing
        await eventually(lambda: {f"{n}".encode() for n in range(300)} <= set(inbox.bodies()), within=20)
        assert await eventually_depth(bus, QUEUE, 0)
    assert inbox.most <= 4, "и при переподключении сразу идёт не больше at_once"


async def _publish_all(bus: RabbitBus, count: int) -> None:
    for number in range(count):
        await insist(bus, ORDER, Message(f"{number}".encode()))


async def test_unacked_message_comes_again_after_a_cut_and_the_handler_is_not_torn(
    through: BrokerConnection, proxy: TcpProxy, said: list[str]
) -> None:
    inbox = Inbox()
    inbox.gate.clear()
    async with RabbitBus(through) as bus, bus.consume(QUEUE, inbox, at_once=1):
        await insist(bus, ORDER, Message(b"1", "task-1"))
        await eventually(lambda: inbox.running == 1)
        await proxy.reset()
        await eventually(lambda: lines(said, "Потребитель очереди потерян"))
        assert inbox.running == 1, "обрыв связи не прерывает начатое создание"
        inbox.gate.set()
        await eventually(lambda: len(inbox.got) == 2)
        assert inbox.got[1].redelivered
        assert await eventually_depth(bus, QUEUE, 0)
    assert lines(said, "Сообщение не подтверждено"), "подтверждение в умерший канал безвредно и сказано"


async def test_silent_link_is_noticed_and_replaced(through: BrokerConnection, proxy: TcpProxy) -> None:
    inbox = Inbox()
    async with RabbitBus(through) as bus, bus.consume(QUEUE, inbox, at_once=1):
        await insist(bus, ORDER, Message(b"1"))
        await eventually(lambda: inbox.got)
        proxy.hole()
        # Heartbeat 10 would need 33 s; the consumer asks the broker itself (every second here).
        await eventually(lambda: bus.state()["связь: получение"] != "есть", within=8)
        proxy.heal()
        await eventually(lambda: bus.state()[f"потребитель {QUEUE}"] == "потребляется", within=10)


async def test_lost_confirmation_is_outcome_unknown_in_time(through: BrokerConnection, proxy: TcpProxy) -> None:
    async with RabbitBus(through) as bus:
        await insist(bus, ORDER, Message(b"0"))
        proxy.hole_from_server()
        started = time.monotonic()
        with pytest.raises(OutcomeUnknown):
            await bus.publish(ORDER, Message(b"1"))
        assert time.monotonic() - started < 3


async def test_cut_while_publishing_is_outcome_unknown_not_cancellation(
    through: BrokerConnection, proxy: TcpProxy
) -> None:
    async with RabbitBus(replace(through, publish_timeout=10)) as bus:
        await insist(bus, ORDER, Message(b"0"))
        proxy.hole_from_server()
        publishing = asyncio.create_task(bus.publish(ORDER, Message(b"1")))
        await asyncio.sleep(0.2)
        await proxy.reset()
        with pytest.raises(OutcomeUnknown):
            await publishing
        assert not publishing.cancelled()


async def test_stuck_connection_killed_by_the_heartbeat_is_outcome_unknown_not_cancellation(
    through: BrokerConnection, proxy: TcpProxy
) -> None:
    """The client library ends such a publish with CancelledError although nobody cancelled it."""
    async with RabbitBus(replace(through, heartbeat=1, publish_timeout=30)) as bus:
        await insist(bus, ORDER, Message(b"0"))
        proxy.hole()
        publishing = asyncio.create_task(bus.publish(ORDER, Message(b"1")))
        with pytest.raises(OutcomeUnknown):
            await publishing
        assert not publishing.cancelled()


async def test_cancelled_publish_is_cancelled(through: BrokerConnection, proxy: TcpProxy) -> None:
    async with RabbitBus(through) as bus:
        await insist(bus, ORDER, Message(b"0"))
        proxy.hole_from_server()
        publishing = asyncio.create_task(bus.publish(ORDER, Message(b"1")))
        await asyncio.sleep(0.1)
        publishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await publishing


@pytest.mark.parametrize("queue_type", ["quorum", "classic"])
async def test_killed_broker_loses_nothing_confirmed(
    doomed: RabbitServer, queue_type: Literal["quorum", "classic"], buses: AsyncExitStack
) -> None:
    url = await doomed.add_vhost(f"kill-{queue_type}")
    broker = BrokerConnection.from_url(url)
    bus = await buses.enter_async_context(RabbitBus(replace(broker, queue_type=queue_type, grace=0.5)))
    inbox = Inbox()
    await insist(bus, ORDER, Message(b"first"))
    publishing = asyncio.create_task(_publish_all(bus, 200))
    await asyncio.sleep(0.1)
    await asyncio.to_thread(doomed.kill)
    await eventually(lambda: bus.state()["связь: публикация"] != "есть")
    await asyncio.to_thread(doomed.start)
    await publishing
    async with bus.consume(QUEUE, inbox, at_once=8):
        await eventually(lambda: {b"first", *(f"{n}".encode() for n in range(200))} <= set(inbox.bodies()), within=20)


async def test_wiped_broker_gets_its_topology_back(doomed: RabbitServer, buses: AsyncExitStack) -> None:
    url = await doomed.add_vhost("wiped")
    bus = await buses.enter_async_context(RabbitBus(BrokerConnection.from_url(url)))
    inbox = Inbox()
    async with bus.consume(QUEUE, inbox, at_once=1):
        await insist(bus, ORDER, Message(b"1"))
        await eventually(lambda: inbox.got)
        await asyncio.to_thread(doomed.ctl, "delete_vhost", "wiped")
        await eventually(lambda: "Виртуального хоста «wiped»" in bus.state()["связь: получение"])
        await doomed.add_vhost("wiped")
        await insist(bus, ORDER, Message(b"2"))
        await eventually(lambda: b"2" in inbox.bodies(), within=15)


async def test_alarm_times_publishing_out_and_leaves_consuming_alone(
    doomed: RabbitServer, buses: AsyncExitStack, said: list[str]
) -> None:
    url = await doomed.add_vhost("alarm")
    broker = replace(BrokerConnection.from_url(url), publish_timeout=1.5, grace=0.5)
    bus = await buses.enter_async_context(RabbitBus(broker))
    inbox = Inbox()
    await insist(bus, ORDER, Message(b"warm"))
    await fill(bus, 5)
    await asyncio.to_thread(doomed.ctl, "set_vm_memory_high_watermark", "0.00001")
    try:
        started = time.monotonic()
        with pytest.raises(OutcomeUnknown, match="не подтвердил"):
            await bus.publish(ORDER, Message(b"during"))
        assert time.monotonic() - started < 4
        assert "Alarms" in bus.state()["связь: подтверждения"]
        async with bus.consume(QUEUE, inbox, at_once=8):
            await eventually(lambda: len(inbox.got) >= 6)
    finally:
        await asyncio.to_thread(doomed.ctl, "set_vm_memory_high_watermark", "0.6")
    await insist(bus, ORDER, Message(b"after"))
    async with bus.consume(QUEUE, inbox, at_once=8):
        await eventually(lambda: b"after" in inbox.bodies())
    # One line when it began, one when it was over
    assert bus.state()["связь: подтверждения"] == "есть"
    assert sum("Брокер не подтверждает публикации" in line for line in said) == 1
    assert sum("снова подтверждает публикации" in line for line in said) == 1
