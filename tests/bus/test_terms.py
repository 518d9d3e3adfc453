"""Terms between processes: takeover after SIGKILL and after a hang; a lost term fails its check."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from exchanger.bus.memory import MemoryBus
from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.domain.errors import TermLost
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import TcpProxy

HOLDER = Path(__file__).with_name("term_holder.py")
NAME = "bitrix24"


@asynccontextmanager
async def holder(kind: str, place: str) -> AsyncIterator[Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(HOLDER), kind, place, NAME, stdin=PIPE, stdout=PIPE
    )
    try:
        assert await hear(process) == "held"
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        await process.wait()


async def hear(process: Process) -> str:
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), 30)).decode().strip()


async def ask(process: Process) -> str:
    assert process.stdin is not None
    process.stdin.write(b"check\n")
    return await hear(process)


@pytest.mark.rabbitmq
async def test_killed_holder_is_replaced_at_once(bus: RabbitBus, vhost: str) -> None:
    async with holder("rabbitmq", vhost) as process:
        assert await ask(process) == "ours"
        process.kill()
        async with asyncio.timeout(5), bus.term(NAME) as term:
            await term.check()


@pytest.mark.rabbitmq
async def test_hung_holder_is_replaced_and_knows_it_when_it_wakes(bus: RabbitBus, vhost: str) -> None:
    async with holder("rabbitmq", vhost) as process:
        process.send_signal(signal.SIGSTOP)
        async with asyncio.timeout(15), bus.term(NAME) as term:  # two or three heartbeats of two seconds
            process.send_signal(signal.SIGCONT)
            assert await ask(process) == "lost"
            await term.check()


@pytest.mark.rabbitmq
async def test_waiting_for_another_holder_is_seen_in_the_state(bus: RabbitBus, vhost: str) -> None:
    async with holder("rabbitmq", vhost) as process:
        rival = asyncio.create_task(_take_and_leave(bus))
        await eventually(lambda: "держит другой" in bus.state().get(f"вахта {NAME}", ""))
        process.kill()
        await asyncio.wait_for(rival, 5)


async def _take_and_leave(bus: RabbitBus) -> None:
    async with bus.term(NAME) as term:
        assert bus.state()[f"вахта {NAME}"] == "наша"
        await term.check()


@pytest.mark.rabbitmq
async def test_cut_connection_loses_the_term(through: BrokerConnection, proxy: TcpProxy) -> None:
    async with RabbitBus(through) as bus, bus.term(NAME) as term:
        await proxy.reset()
        await asyncio.wait_for(term.lost(), 5)
        with pytest.raises(TermLost):
            await term.check()
        await eventually(lambda: bus.state()[f"вахта {NAME}"] == "потеряна")


@pytest.mark.rabbitmq
async def test_silent_broker_loses_the_term_within_the_check_timeout(
    through: BrokerConnection, proxy: TcpProxy
) -> None:
    async with RabbitBus(replace(through, check_timeout=1.0)) as bus, bus.term(NAME) as term:
        await term.check()
        proxy.hole()
        async with asyncio.timeout(2):
            with pytest.raises(TermLost):
                await term.check()
            await term.lost()
        proxy.heal()
        with pytest.raises(TermLost):
            await term.check()


@pytest.mark.rabbitmq
async def test_term_waits_through_an_outage(through: BrokerConnection, proxy: TcpProxy) -> None:
    proxy.refuse()
    async with RabbitBus(through) as bus:
        taking = asyncio.create_task(_take_and_leave(bus))
        await eventually(lambda: "Нет связи" in bus.state().get(f"вахта {NAME}", ""))
        proxy.heal()
        await asyncio.wait_for(taking, 10)


async def test_killed_holder_of_the_lock_file_is_replaced(tmp_path: Path) -> None:
    async with holder("memory", str(tmp_path)) as process:
        assert await ask(process) == "ours"
        taking = asyncio.create_task(_take_file(tmp_path))
        process.kill()
        await asyncio.wait_for(taking, 5)


async def _take_file(directory: Path) -> None:
    async with MemoryBus(locks=directory).term(NAME) as term:
        await term.check()
