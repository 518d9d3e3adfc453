"""A pass over a queue by hand: only what was decided leaves it, the rest is back in order, however the pass ends."""

from __future__ import annotations

from typing import Any

import pytest
from aio_pika import Message as AmqpMessage
from aio_pika.abc import AbstractChannel

from exchanger.bus.rabbitmq.pile import WORN, pile
from exchanger.bus.rabbitmq.session import Session
from exchanger.domain.errors import Retry
from exchanger.testing.eventually import eventually
from tests.ops.conftest import bodies

pytestmark = pytest.mark.rabbitmq

QUEUE = "errors.camunda_tasks.queue"
KINDS: dict[str, dict[str, Any]] = {
    "ours": {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000},
    "predecessor's": {},
    "foreign quorum": {"x-queue-type": "quorum", "x-delivery-limit": 20},
}


@pytest.fixture(params=list(KINDS.values()), ids=list(KINDS))
async def queue(raw: AbstractChannel, request: pytest.FixtureRequest) -> str:
    await raw.declare_queue(QUEUE, durable=True, arguments=request.param)
    return QUEUE


async def fill(raw: AbstractChannel, count: int) -> None:
    for number in range(count):
        message = AmqpMessage(b"%d" % number, headers={"x-death": [{"count": 1}]}, correlation_id=f"t-{number}")
        await raw.default_exchange.publish(message, QUEUE)


async def test_only_what_is_removed_leaves_and_the_rest_keeps_its_order(
    raw: AbstractChannel, session: Session, queue: str
) -> None:
    await fill(raw, 8)

    async with pile(session, queue) as letters:
        async for held in letters:
            if held.delivery.message.body in {b"1", b"4"}:
                await held.remove()

    assert await bodies(raw, queue) == [b"0", b"2", b"3", b"5", b"6", b"7"]


async def test_a_pass_that_breaks_off_returns_everything(raw: AbstractChannel, session: Session, queue: str) -> None:
    await fill(raw, 5)

    async def broken() -> None:
        async with pile(session, queue) as letters:
            async for held in letters:
                if held.delivery.message.body == b"3":
                    raise KeyError

    with pytest.raises(KeyError):
        await broken()

    assert await bodies(raw, queue) == [b"0", b"1", b"2", b"3", b"4"]


async def test_a_pass_ends_with_what_was_there_at_its_beginning(
    raw: AbstractChannel, session: Session, queue: str
) -> None:
    await fill(raw, 3)
    seen = []
    async with pile(session, queue) as letters:
        async for held in letters:
            seen.append(held.delivery.message.body)
            await raw.default_exchange.publish(held.copy(), queue)
    assert seen == [b"0", b"1", b"2"]


async def test_forty_passes_lose_nothing_in_a_queue_that_drops_after_twenty_returns(
    raw: AbstractChannel, session: Session, queue: str
) -> None:
    await fill(raw, 3)
    for _ in range(40):
        async with pile(session, queue) as letters:
            async for held in letters:
                if held.delivery.message.body == b"1":
                    break  # as --limit does

    # A quorum queue takes back what a closed channel held only after the close is confirmed.
    async def whole() -> bool:
        return sorted(await bodies(raw, queue)) == [b"0", b"1", b"2"]

    assert await eventually(whole)


async def test_control_without_copies_of_worn_messages_the_foreign_queue_loses_them(
    raw: AbstractChannel, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    await raw.declare_queue(QUEUE, durable=True, arguments=KINDS["foreign quorum"])
    await fill(raw, 1)
    monkeypatch.setattr("exchanger.bus.rabbitmq.pile.WORN", 1000)
    for _ in range(WORN * 3):
        async with pile(session, QUEUE) as letters:
            async for _held in letters:
                pass
    assert await bodies(raw, QUEUE) == []


async def test_a_copy_is_the_same_message_without_the_queues_own_marks(
    raw: AbstractChannel, session: Session, queue: str
) -> None:
    await raw.default_exchange.publish(
        AmqpMessage(b"\xff", headers={"a": 1, "x-death": [{"n": 1}]}, message_id="m-1", correlation_id="t"), queue
    )
    copies = []
    async with pile(session, queue) as letters:
        async for held in letters:
            copies += [held.copy(), held.copy(b"other", without=frozenset({"x-death"}))]
    copy, bare = copies
    assert (copy.body, copy.message_id, copy.correlation_id) == (b"\xff", "m-1", "t")
    assert copy.headers == {"a": 1, "x-death": [{"n": 1}]}
    assert (bare.body, bare.headers) == (b"other", {"a": 1})


async def test_a_missing_queue_is_said(session: Session) -> None:
    with pytest.raises(Retry, match=r"no\.such"):
        async with pile(session, "no.such"):
            pass


async def test_a_pass_over_many_is_not_stopped_by_a_quorum_queues_limit_of_2000(
    raw: AbstractChannel, session: Session
) -> None:
    await raw.declare_queue(QUEUE, durable=True, arguments=KINDS["ours"])
    for _ in range(2300):
        await raw.default_exchange.publish(AmqpMessage(b"x"), QUEUE, mandatory=False)
    seen = 0
    async with pile(session, QUEUE) as letters:
        async for _held in letters:
            seen += 1
    assert seen == 2300

    async def all_back() -> bool:
        state = await session.state(QUEUE)
        return state is not None and state.messages == 2300

    await eventually(all_back)
