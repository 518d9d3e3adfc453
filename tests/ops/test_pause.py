"""`exchanger pause`, `resume`, `paused`: a command on one host, services on another, no shared disk."""

from __future__ import annotations

import asyncio
import json
import sys

import pytest

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.roles.pause import accept_flag, forget_flag, pause_flag, stop_flag
from tests.ops.conftest import House

SYSTEM = "bitrix24"


@pytest.mark.rabbitmq
async def test_a_command_of_another_process_reaches_the_services_through_the_broker(
    house: House, broker: BrokerConnection
) -> None:
    async with RabbitBus(broker) as bus:
        await bus.connected()
        assert await _process(house, "pause", SYSTEM, "--reason", "обновление") == 0
        assert await bus.is_raised(pause_flag(SYSTEM))
        assert not await bus.is_raised(stop_flag(SYSTEM))
        assert await _process(house, "resume", SYSTEM, "--accept", "--reason", "готово") == 0
        assert not await bus.is_raised(pause_flag(SYSTEM))
        assert await bus.is_raised(accept_flag(SYSTEM))
        assert await _process(house, "cache", "clear", SYSTEM, "--reason", "завели поле") == 0
        assert await bus.is_raised(forget_flag(SYSTEM))


@pytest.mark.rabbitmq
async def test_what_is_paused_is_shown(house: House) -> None:
    assert await _shown(house, 0) == {"system": SYSTEM, "scope": "nothing", "accepting": False}
    await house.ok("pause", SYSTEM, "--all", "--reason", "переезд")
    assert await _shown(house, 1) == {"system": SYSTEM, "scope": "all", "accepting": False}
    await house.ok("pause", SYSTEM, "--reason", "переезд кончен, портал ещё занят")
    assert await _shown(house, 1) == {"system": SYSTEM, "scope": "new", "accepting": False}
    await house.ok("resume", SYSTEM, "--reason", "всё")
    assert await _shown(house, 0) == {"system": SYSTEM, "scope": "nothing", "accepting": False}


async def test_each_order_is_in_the_audit_and_needs_a_reason_and_a_system_of_ours(house: House) -> None:
    house.environ.pop("RABBITMQ_URL")
    assert (await house.run("pause", SYSTEM)).exit_code == 2
    assert (await house.run("resume", SYSTEM)).exit_code == 2
    assert (await house.run("pause", "1c", "--reason", "нет такой")).exit_code != 0
    assert house.audit == []
    await house.ok("pause", SYSTEM, "--reason", "обновление")
    await house.ok("resume", SYSTEM, "--accept", "--reason", "готово")
    assert [(deed["what"], deed["phase"], deed["reason"]) for deed in house.audit] == [
        ("pause", "intent", "обновление"),
        ("pause", "result", "обновление"),
        ("resume", "intent", "готово"),
        ("resume", "result", "готово"),
    ]


async def _shown(house: House, code: int) -> object:
    done = await house.run("paused", "--json")
    assert done.exit_code == code, done.output
    return json.loads(done.output)


async def _process(house: House, *arguments: str) -> int:
    command = "import sys; from exchanger.cli import main; main(*sys.argv[1:])"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", command, *arguments, env=house.environ)
    return await asyncio.wait_for(process.wait(), 30)
