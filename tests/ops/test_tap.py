"""`exchanger tap` on a real broker: what happens is seen, the work is not disturbed, nothing is left behind."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from aio_pika.abc import AbstractChannel
from typer.testing import Result

from exchanger.bus.rabbitmq import RabbitBus
from exchanger.bus.rabbitmq.session import Session
from exchanger.domain.errors import ConfigError, Retry
from exchanger.domain.event import Event, EventKind
from exchanger.ports import Address, Message
from exchanger.testing.eventually import eventually
from tests.ops.conftest import House, bodies

pytestmark = pytest.mark.rabbitmq

NOW = datetime.now(UTC)
ORDERS = "camunda.external.tasks"


def event(kind: EventKind, system: str = "bitrix24", task: str = "t-1", **fields: str) -> Event:
    return Event(kind, NOW, system, task, "p-1", fields)


async def while_telling(house: House, tell: Callable[[], None], *words: str) -> Result:
    """The command with what it listens to being told again and again until it has heard enough."""
    running = asyncio.create_task(house.run("tap", *words))

    async def ended() -> bool:
        tell()
        return running.done()

    await eventually(ended, within=30)
    return await running


async def test_events_are_shown_as_they_happen_and_only_the_wanted(house: House, bus: RabbitBus) -> None:
    def tell() -> None:
        bus.emit(event(EventKind.CREATED))
        bus.emit(event(EventKind.FAILED, "openproject"))
        bus.emit(event(EventKind.FAILED, task="t-2"))
        bus.emit(event(EventKind.FAILED, reason="нет исполнителя, token=deadbeefdeadbeef"))

    words = ("--system", "bitrix24", "--kind", "failed", "--task", "t-1", "-n", "2")
    done = await while_telling(house, tell, *words, "--json")
    text = await while_telling(house, tell, *words)

    assert done.exit_code == 0, done.output
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(each["system"], each["kind"], each["task"]) for each in found] == [("bitrix24", "failed", "t-1")] * 2
    assert "нет исполнителя" in text.stdout
    assert "deadbeefdeadbeef" not in text.output + done.output


async def test_copies_of_messages_leave_the_queue_its_own(house: House, bus: RabbitBus, raw: AbstractChannel) -> None:
    sent: list[asyncio.Task[None]] = []

    def tell() -> None:
        for task in ("t-1", "t-2"):
            order = Message(b'{"a": 1}', task)
            sent.append(asyncio.ensure_future(bus.publish(Address(ORDERS, "bitrix24.bitrix_create_task"), order)))

    words = ("--queue", "bitrix24.queue", "--task", "t-2", "-n", "1", "--json")
    lean = await while_telling(house, tell, *words)
    full = await while_telling(house, tell, *words, "--body")
    await asyncio.gather(*sent)

    assert json.loads(lean.stdout)["task"] == "t-2"
    assert (json.loads(lean.stdout)["body"], json.loads(full.stdout)["body"]) == (None, '{"a": 1}')
    assert len(await bodies(raw, "bitrix24.queue")) == len(sent)


async def test_a_queue_without_exchange_or_without_itself_is_refused(
    house: House, bus: RabbitBus, raw: AbstractChannel
) -> None:
    direct = await house.run("tap", "--queue", "bitrix24.sent.queue")
    await raw.queue_delete("openproject.queue")
    absent = await house.run("tap", "--queue", "openproject.queue")

    assert isinstance(direct.exception, ConfigError)
    assert "queues peek" in str(direct.exception)
    assert isinstance(absent.exception, ConfigError)
    assert (await house.run("tap", "--queue", "bitrix24.queue", "--system", "bitrix24")).exit_code == 2


async def test_without_the_exchange_of_events_it_says_so(house: House, session: Session) -> None:
    refused = await house.run("tap", "-n", "1")

    assert isinstance(refused.exception, Retry)
    assert "exchanger.events" in str(refused.exception)


async def test_ctrl_c_ends_it_well_and_leaves_nothing_in_the_broker(
    house: House, bus: RabbitBus, session: Session
) -> None:
    # Given the command as a person runs it
    command = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from exchanger.cli import main; main('tap')",
        env={**os.environ, **house.environ}, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert command.stdout is not None
    assert command.stderr is not None
    try:
        said = (await asyncio.wait_for(command.stderr.readline(), 60)).decode()
        found = re.search(r"exchanger\.tap\.\w+", said)
        assert found is not None, said
        line = asyncio.create_task(command.stdout.readline())
        for _ in range(30):  # events are unconfirmed: one may be lost on a busy machine
            bus.emit(event(EventKind.CREATED))
            if (await asyncio.wait({line}, timeout=1))[0]:
                break
        assert b"created" in await asyncio.wait_for(line, 5)

        # When it is stopped
        command.send_signal(signal.SIGINT)
        _, rest = await asyncio.wait_for(command.communicate(), 30)
    finally:
        if command.returncode is None:
            command.kill()

    # Then it says so, and its queue is gone
    assert (command.returncode, rest.decode().strip()) == (0, "Остановлено.")

    async def gone() -> bool:
        return await session.state(found[0]) is None

    await eventually(gone, within=10)
