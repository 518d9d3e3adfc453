"""Flags of the broker survive it, cost nothing and are never taken for lowered in an outage."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from aio_pika.abc import AbstractChannel

from exchanger.bus.memory import MemoryBus
from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.bus.rabbitmq.flags import flag_queue
from exchanger.domain.errors import OutcomeUnknown, Retry
from exchanger.sandbox.rabbitmq import RabbitServer
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import TcpProxy

NAME = "pause.bitrix24"


@pytest.mark.rabbitmq
async def test_asking_a_thousand_times_leaves_nothing_in_the_flags_queue(bus: RabbitBus, raw: AbstractChannel) -> None:
    await bus.raise_flag(NAME)
    for _ in range(1000):
        assert await bus.is_raised(NAME)

    async def empty() -> bool:
        found = await raw.declare_queue(flag_queue(NAME), passive=True)
        return found.declaration_result.message_count == 0

    await eventually(empty, within=5, every=0.1)


@pytest.mark.rabbitmq
async def test_a_queue_made_by_hand_in_the_brokers_page_is_a_raised_flag(bus: RabbitBus, raw: AbstractChannel) -> None:
    await raw.declare_queue(flag_queue(NAME), durable=True)
    assert await bus.is_raised(NAME)
    await bus.raise_flag(NAME)  # its arguments differ from ours: no quarrel about it
    await bus.lower_flag(NAME)
    assert not await bus.is_raised(NAME)


@pytest.mark.rabbitmq
async def test_an_outage_is_not_a_lowered_flag(through: BrokerConnection, proxy: TcpProxy) -> None:
    async with RabbitBus(through) as bus:
        await bus.connected()
        await bus.raise_flag(NAME)
        proxy.hole()
        with pytest.raises((Retry, OutcomeUnknown)):
            await bus.is_raised(NAME)
        await proxy.reset()
        with pytest.raises((Retry, OutcomeUnknown)):
            await bus.is_raised(NAME)
        proxy.heal()

        async def seen() -> bool:
            try:
                return await bus.is_raised(NAME)
            except (Retry, OutcomeUnknown):
                return False

        await eventually(seen, within=20, every=0.2)


@pytest.mark.rabbitmq
async def test_a_flag_survives_the_broker(doomed: RabbitServer) -> None:
    broker = replace(BrokerConnection.from_url(await doomed.add_vhost("flags")), publish_timeout=2.0)
    async with RabbitBus(broker) as bus:
        await bus.connected()
        await bus.raise_flag(NAME)
    await asyncio.to_thread(doomed.kill)
    await asyncio.to_thread(doomed.start)
    async with RabbitBus(broker) as bus:
        await bus.connected()
        assert await bus.is_raised(NAME)
        await bus.lower_flag(NAME)


async def test_a_flag_file_survives_its_process(tmp_path: Path) -> None:
    await MemoryBus(locks=tmp_path).raise_flag(NAME)
    assert await MemoryBus(locks=tmp_path).is_raised(NAME)


async def test_a_directory_that_cannot_be_read_is_not_a_lowered_flag(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("not a directory")
    with pytest.raises(Retry):
        await MemoryBus(locks=place).is_raised(NAME)
