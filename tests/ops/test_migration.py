"""A queue is made anew without losing a message, wherever the work breaks off."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel

from exchanger.bus.rabbitmq import BrokerConnection
from exchanger.bus.rabbitmq.declare import Declarations, queue_arguments
from exchanger.bus.rabbitmq.inspection import Verdict, inspect_queue
from exchanger.bus.rabbitmq.pile import Held, pile
from exchanger.bus.rabbitmq.session import Session, open_session
from exchanger.bus.topology import topology
from exchanger.domain.errors import ConfigError, Reject, Retry
from exchanger.ops.migration import Migration, temporary_of
from exchanger.ops.readers import ByWord
from exchanger.ports import Address
from exchanger.testing.eventually import eventually
from exchanger.wire.names import DEFAULT_QUEUE, Names
from tests.ops.conftest import House, bodies

pytestmark = pytest.mark.rabbitmq

QUEUE = "bitrix24.queue"
TEMPORARY = temporary_of(QUEUE)
LAYOUT = topology()
ORDER_KEY = "bitrix24.bitrix_create_task"


CONTROL = pytest.mark.xfail(strict=True, raises=AssertionError)


class Crash(Exception):
    """The process dies here."""


class Steps:
    """Counts the steps of a migration that touch the broker; dies before the given one."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.die_at: int | None = None
        for owner, name in (
            (Session, "send"), (Session, "state"), (Held, "remove"),
            (Migration, "_prepare_temporary"), (Migration, "_delete"), (Migration, "_do"), (Migration, "_declare"),
        ):  # fmt: skip
            monkeypatch.setattr(owner, name, self._counted(getattr(owner, name)))

    def _counted(self, real: Callable[..., Any]) -> Callable[..., Any]:
        async def step(*arguments: Any) -> Any:
            self.count += 1
            if self.count == self.die_at:
                raise Crash
            return await real(*arguments)

        return step


@asynccontextmanager
async def migration(broker: BrokerConnection) -> AsyncIterator[Migration]:
    async with open_session(broker, "проверка") as session:
        yield Migration(session, LAYOUT, QUEUE, ByWord(stopped=True))


@asynccontextmanager
async def channel_of(vhost: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(vhost) as connection, connection.channel() as channel:
        yield channel


async def run(broker: BrokerConnection) -> None:
    async with migration(broker) as work:
        await work.run(lambda _: None)


async def old_queue(raw: AbstractChannel, *messages: bytes, arguments: dict[str, Any] | None = None) -> None:
    """The predecessor's: no arguments; its exchange and binding."""
    exchange = await raw.declare_exchange(
        Names().tasks, "topic", durable=True, arguments={"alternate-exchange": Names().unrouted}
    )
    queue = await raw.declare_queue(QUEUE, durable=True, arguments=arguments)
    await queue.bind(exchange, "bitrix24.*")
    for body in messages:
        await raw.default_exchange.publish(aio_pika.Message(body, headers={"n": 1}, correlation_id="t"), QUEUE)


async def verdict(broker: BrokerConnection) -> Verdict:
    async with open_session(broker, "проверка") as session:
        assert await session.state(TEMPORARY) is None
        return (await inspect_queue(session, QUEUE)).verdict


@pytest.fixture
async def unrouted(raw: AbstractChannel, broker: BrokerConnection) -> None:
    """An order without a queue would silently land in default.queue."""
    async with open_session(broker, "проверка") as session:
        await Declarations(LAYOUT, broker).all(session.connection)
    await raw.queue_delete(QUEUE)


async def test_a_migrated_queue_holds_the_same_messages_in_order_and_is_as_it_should_be(
    broker: BrokerConnection, raw: AbstractChannel
) -> None:
    await old_queue(raw, b"1", b"2", b"3")

    await run(broker)

    assert await verdict(broker) is Verdict.SAME
    assert await bodies(raw, QUEUE) == [b"1", b"2", b"3"]
    exchange = await raw.get_exchange(Names().tasks)
    await exchange.publish(aio_pika.Message(b"4"), ORDER_KEY)
    assert await bodies(raw, QUEUE) == [b"1", b"2", b"3", b"4"], "привязки на месте"


async def test_a_crash_at_any_step_loses_nothing_and_the_next_run_finishes(
    broker: BrokerConnection, vhost: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = Steps(monkeypatch)
    crashed = 0
    while await _crashes_at(crashed + 1, steps, broker, vhost):
        crashed += 1
    assert crashed > 15


async def _crashes_at(number: int, steps: Steps, broker: BrokerConnection, vhost: str) -> bool:
    # A channel of RabbitMQ 3.10 that published into a queue breaks when the name gets a queue of another type.
    async with channel_of(vhost) as raw:
        await old_queue(raw, b"1", b"2")
    steps.count, steps.die_at = 0, number
    try:
        await run(broker)
    except Crash:
        crashed = True
    else:
        crashed = False
    steps.die_at = None
    await run(broker)
    assert await verdict(broker) is Verdict.SAME, number
    async with channel_of(vhost) as raw:
        assert set(await bodies(raw, QUEUE)) == {b"1", b"2"}, number
        await raw.queue_delete(QUEUE)
    return crashed


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(None, id="publish, then ack"),
        pytest.param("ack first", id="control: ack first", marks=CONTROL),
        pytest.param("no bindings", id="control: unbound meanwhile", marks=CONTROL),
    ],
)
async def test_nothing_is_lost_when_the_step_between_fails_and_orders_keep_coming(
    broker: BrokerConnection,
    raw: AbstractChannel,
    monkeypatch: pytest.MonkeyPatch,
    wrong: str | None,
    unrouted: None,
) -> None:
    await old_queue(raw, b"1", b"2")
    exchange = await raw.get_exchange(Names().tasks)
    real_delete, real_send = Migration._delete, Session.send
    failures = iter([True])

    async def delete(self: Migration, queue: str) -> bool:
        done = await real_delete(self, queue)
        if done and queue == QUEUE:  # right now there is no such queue
            await exchange.publish(aio_pika.Message(b"meanwhile"), ORDER_KEY)
        return done

    async def send(self: Session, to: Any, message: Any) -> None:
        if message.body == b"2" and next(failures, False):
            raise Retry("брокер не ответил")
        await real_send(self, to, message)

    async def ack_first(self: Migration, source: str, target: str) -> int:
        async with pile(self._session, source) as letters:
            async for held in letters:
                copy = held.copy()
                await held.remove()
                await self._session.send(Address("", target), copy)
        return 0

    monkeypatch.setattr(Migration, "_delete", delete)
    monkeypatch.setattr(Session, "send", send)
    if wrong == "ack first":
        monkeypatch.setattr(Migration, "_move", ack_first)
    if wrong == "no bindings":
        monkeypatch.setattr(Migration, "_prepare_temporary", plain_temporary)
    with pytest.raises(Retry):
        await run(broker)
    await run(broker)

    assert set(await bodies(raw, QUEUE)) == {b"1", b"2", b"meanwhile"}
    assert await bodies(raw, DEFAULT_QUEUE) == []


async def plain_temporary(self: Migration) -> None:
    async def make(channel: AbstractChannel) -> None:
        await channel.declare_queue(TEMPORARY, durable=True, arguments={"x-queue-type": "classic"})

    await self._do(make)


async def test_a_kill_in_the_middle_loses_nothing(house: House, broker: BrokerConnection, raw: AbstractChannel) -> None:
    await old_queue(raw, *(b"%d" % number for number in range(6)))
    arguments = ("topology", "migrate", QUEUE, "--readers-stopped", "--reason", "r", "--yes")
    script = """
import os, signal
from exchanger.bus.rabbitmq.pile import Held
real, done = Held.remove, []
async def remove(self):
    done.append(1)
    if len(done) == 4: os.kill(os.getpid(), signal.SIGKILL)
    await real(self)
Held.remove = remove
from exchanger.cli import main
main(*{arguments!r})
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script.format(arguments=arguments),
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **house.environ},
    )  # fmt: skip
    assert await process.wait() == -9
    assert "переделка не закончена" in await house.ok("topology", "show")

    await house.ok(*arguments)

    assert await verdict(broker) is Verdict.SAME
    got = await bodies(raw, QUEUE)
    assert set(got) == {b"%d" % number for number in range(6)}
    assert [record["phase"] for record in house.audit] == ["intent", "intent", "result"]


async def test_it_refuses_while_somebody_consumes(broker: BrokerConnection, raw: AbstractChannel) -> None:
    await old_queue(raw, b"1")
    queue = await raw.get_queue(QUEUE)

    async def hold(incoming: Any) -> None:
        """A handler that is still busy."""

    tag = await queue.consume(hold)
    with pytest.raises(ConfigError, match="потребителей: 1"):
        await run(broker)
    await queue.cancel(tag)
    async with open_session(broker, "проверка") as session:
        assert await session.state(TEMPORARY) is None


async def test_a_consumer_that_comes_meanwhile_stops_it_and_gets_everything(
    broker: BrokerConnection, raw: AbstractChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    await old_queue(raw, b"1", b"2")
    got: list[bytes] = []
    real = Migration._move

    async def move(self: Migration, source: str, target: str) -> int:
        moved = await real(self, source, target)
        if source == QUEUE:
            queue = await raw.get_queue(QUEUE)

            async def take(incoming: Any) -> None:
                got.append(incoming.body)
                await incoming.ack()

            await queue.consume(take)
        return moved

    monkeypatch.setattr(Migration, "_move", move)
    with pytest.raises(ConfigError, match="потребителей"):
        await run(broker)
    await eventually(lambda: len(got) == 2)
    assert sorted(got) == [b"1", b"2"]
    assert await session_state(broker, TEMPORARY) is None


async def session_state(broker: BrokerConnection, queue: str) -> object:
    async with open_session(broker, "проверка") as session:
        return await session.state(queue)


async def test_a_quorum_queue_is_refused_and_left_as_it_was(broker: BrokerConnection, raw: AbstractChannel) -> None:
    arguments = {"x-queue-type": "quorum", "x-delivery-limit": 7}
    await old_queue(raw, b"1", b"2", arguments=arguments)
    with pytest.raises(Reject, match="кворумная"):
        await run(broker)
    assert await bodies(raw, QUEUE) == [b"1", b"2"]
    assert await verdict(broker) is Verdict.DIFFERS


async def test_what_others_hold_unacknowledged_must_be_answered_for(
    broker: BrokerConnection, raw: AbstractChannel
) -> None:
    await old_queue(raw, b"1")
    async with open_session(broker, "проверка") as session:
        with pytest.raises(ConfigError, match="--readers-stopped"):
            await Migration(session, LAYOUT, QUEUE, ByWord(stopped=False)).run(lambda _: None)
        assert await session.state(TEMPORARY) is None
    assert await bodies(raw, QUEUE) == [b"1"]


async def test_two_at_once_are_refused(broker: BrokerConnection, raw: AbstractChannel) -> None:
    await old_queue(raw, b"1")
    async with open_session(broker, "другая команда") as other:
        await other.claim(QUEUE)
        with pytest.raises(Retry, match="другая команда"):
            await run(broker)
    await run(broker)


async def test_a_queue_that_is_right_already_is_left_alone(house: House, raw: AbstractChannel) -> None:
    await house.ok("topology", "apply", "--reason", "r")
    assert "уже такая" in await house.ok("topology", "migrate", QUEUE)
    done = await house.run("topology", "migrate", "no.such.queue")
    assert isinstance(done.exception, ConfigError)


async def test_dry_run_names_the_steps_and_changes_nothing(house: House, raw: AbstractChannel) -> None:
    await old_queue(raw, b"1", b"2")
    out = await house.ok("topology", "migrate", QUEUE, "--dry-run")
    assert "перенести сообщения (2)" in out
    assert await bodies(raw, QUEUE) == [b"1", b"2"]
    await raw.declare_queue(QUEUE, durable=True)  # refused, were it another one
    assert house.audit == []


async def test_to_a_classic_queue_when_the_setting_says_so(broker: BrokerConnection, raw: AbstractChannel) -> None:
    classic = replace(broker, queue_type="classic")
    await old_queue(raw, b"1", arguments={"x-max-length": 10})
    await run(classic)
    await raw.declare_queue(QUEUE, durable=True, arguments=queue_arguments(classic))
    assert await bodies(raw, QUEUE) == [b"1"]
