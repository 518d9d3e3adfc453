"""Wrong password, missing virtual host, missing rights: said clearly, retried for ever, healed without a restart."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from secrets import token_hex

import pytest
from aio_pika.abc import AbstractChannel

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.domain.errors import Retry
from exchanger.ports import Address, Message
from exchanger.sandbox.rabbitmq import RabbitServer
from exchanger.testing.eventually import eventually
from exchanger.wire.names import ERRORS_QUEUE
from tests.bus.kit import ORDER, QUEUE, Inbox, eventually_depth

pytestmark = pytest.mark.rabbitmq


async def user(admin: RabbitServer, broker: BrokerConnection, *rights: str) -> BrokerConnection:
    name, password = f"user-{token_hex(4)}", token_hex(8)
    await asyncio.to_thread(admin.ctl, "add_user", name, password)
    if rights:
        await asyncio.to_thread(admin.ctl, "set_permissions", "-p", broker.vhost, name, *rights)
    return replace(broker, user=name, password=password)


def down(said: list[str]) -> list[str]:
    return [line for line in said if "Связи с брокером нет" in line]


async def test_wrong_password_is_said_once_and_healed(
    admin: RabbitServer, broker: BrokerConnection, buses: AsyncExitStack, said: list[str]
) -> None:
    right = await user(admin, broker, ".*", ".*", ".*")
    bus = await buses.enter_async_context(RabbitBus(replace(right, password="wrong")))
    await eventually(lambda: "не принял имя или пароль" in bus.state()["связь: публикация"])
    with pytest.raises(Retry, match="RABBITMQ_PASSWORD"):
        await bus.publish(ORDER, Message(b"1"))
    await asyncio.to_thread(admin.ctl, "change_password", right.user, "wrong")
    await eventually(lambda: bus.state()["связь: публикация"] == "есть", within=15)
    assert len(down(said)) == 2
    assert not any("wrong" in line for line in said), "пароль не попадает в журнал"


async def test_missing_virtual_host_is_named(broker: BrokerConnection, buses: AsyncExitStack) -> None:
    bus = await buses.enter_async_context(RabbitBus(replace(broker, vhost="no-such-vhost")))
    await eventually(lambda: "Виртуального хоста «no-such-vhost» нет" in bus.state()["связь: получение"])


async def test_closed_virtual_host_is_named(
    admin: RabbitServer, broker: BrokerConnection, buses: AsyncExitStack
) -> None:
    stranger = await user(admin, broker)
    bus = await buses.enter_async_context(RabbitBus(stranger))
    await eventually(lambda: f"закрыт для пользователя «{stranger.user}»" in bus.state()["связь: получение"])


async def test_works_without_the_right_to_configure(
    admin: RabbitServer, broker: BrokerConnection, bus: RabbitBus, buses: AsyncExitStack, said: list[str]
) -> None:
    modest = await user(admin, broker, "^$", "^camunda\\..*$", "^bitrix24\\.queue$")
    service = await buses.enter_async_context(RabbitBus(modest))
    await service.connected()
    inbox = Inbox()
    async with service.consume(QUEUE, inbox, at_once=1):
        await service.publish(ORDER, Message(b"1"))
        await eventually(lambda: inbox.got)
    assert await eventually_depth(service, QUEUE, 0)
    assert not [line for line in said if line.startswith("ERROR")]


async def test_refused_publishing_is_said_and_harms_no_neighbour(
    admin: RabbitServer, broker: BrokerConnection, bus: RabbitBus, buses: AsyncExitStack
) -> None:
    modest = await user(admin, broker, "^$", "^camunda\\.external\\.tasks$", "^$")
    service = await buses.enter_async_context(RabbitBus(modest))
    await service.connected()
    good = [service.publish(ORDER, Message(b"1")) for _ in range(30)]
    bad = [service.publish(Address("", ERRORS_QUEUE), Message(b"2")) for _ in range(10)]
    results = await asyncio.gather(*good, *bad, return_exceptions=True)
    assert results[:30] == [None] * 30
    for refusal in results[30:]:
        assert isinstance(refusal, Retry)
        assert "не хватает прав" in str(refusal)


async def test_objects_that_may_not_be_made_are_listed_and_found_when_an_administrator_makes_them(
    admin: RabbitServer, broker: BrokerConnection, buses: AsyncExitStack, raw: AbstractChannel, said: list[str]
) -> None:
    modest = await user(admin, broker, "^$", ".*", ".*")
    service = await buses.enter_async_context(RabbitBus(modest))
    await service.connected()
    inbox = Inbox()
    assert "создать его нельзя" in service.state()[f"очередь {QUEUE}"]
    async with service.consume(QUEUE, inbox, at_once=1):
        await eventually(lambda: "Нет объекта в брокере" in service.state()[f"потребитель {QUEUE}"])
        with pytest.raises(Retry):
            await service.publish(Address("", QUEUE), Message(b"1"))
        await raw.declare_queue(QUEUE, durable=True)
        await eventually(lambda: service.state()[f"потребитель {QUEUE}"] == "потребляется", within=15)
        await service.publish(Address("", QUEUE), Message(b"1"))
        await eventually(lambda: inbox.got)
    assert len([line for line in said if f"очередь {QUEUE}" in line and line.startswith("ERROR")]) == 1
