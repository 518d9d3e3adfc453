"""The contract of the bus port: messages arrive whole, in order, no more at once than asked, and are given back."""

from __future__ import annotations

import asyncio

import pytest

from exchanger.domain.errors import Retry
from exchanger.ports import Delivery, Message
from exchanger.testing.eventually import eventually
from tests.bus.kit import ORDER, QUEUE, Inbox, TestedBus, eventually_depth, fill


class DeliveryContract:
    async def test_message_arrives_whole_with_its_origin(self, bus: TestedBus) -> None:
        inbox = Inbox()
        await bus.publish(ORDER, Message('{"имя":"ё"}'.encode(), "task-1", {"a": "б", "n": 7}))

        async with bus.consume(QUEUE, inbox, at_once=1):
            await eventually(lambda: inbox.got, what="доставка")

        assert inbox.got == [
            Delivery(
                Message('{"имя":"ё"}'.encode(), "task-1", {"a": "б", "n": 7}), QUEUE, ORDER.exchange, ORDER.routing_key
            )
        ]
        assert await eventually_depth(bus, QUEUE, 0)

    async def test_order_is_kept(self, bus: TestedBus) -> None:
        inbox = Inbox()
        await fill(bus, 30)

        async with bus.consume(QUEUE, inbox, at_once=1):
            await eventually(lambda: len(inbox.got) == 30)

        assert inbox.bodies() == [f"{number}".encode() for number in range(30)]

    async def test_at_once_is_reached_and_never_exceeded(self, bus: TestedBus) -> None:
        inbox = Inbox()
        inbox.gate.clear()
        await fill(bus, 40)

        async with bus.consume(QUEUE, inbox, at_once=3):
            await eventually(lambda: inbox.running == 3)
            await asyncio.sleep(0.2)  # a fourth would have come by now: nothing can be awaited for its absence
            assert inbox.running == 3
            inbox.gate.set()
            await eventually(lambda: len(inbox.got) == 40)

        assert inbox.most == 3

    async def test_depth_counts_waiting_messages(self, bus: TestedBus) -> None:
        assert await bus.depth(QUEUE) == 0
        await fill(bus, 7)
        assert await eventually_depth(bus, QUEUE, 7)

    async def test_depth_of_a_missing_queue_is_retry(self, bus: TestedBus) -> None:
        with pytest.raises(Retry, match=r"no\.such"):
            await bus.depth("no.such.queue")

    async def test_interrupted_handler_gives_its_message_back(self, bus: TestedBus) -> None:
        first, second = Inbox(), Inbox()
        first.gate.clear()
        await fill(bus, 3)

        async with bus.consume(QUEUE, first, at_once=1):
            await eventually(lambda: first.running == 1)
        assert first.running == 0, "выход из контекста прерывает обработчик"

        async with bus.consume(QUEUE, second, at_once=1):
            await eventually(lambda: len(second.got) == 3)
        assert second.bodies() == [b"0", b"1", b"2"]
        assert second.got[0].redelivered

    async def test_running_handler_may_finish_within_the_grace(self, bus: TestedBus) -> None:
        inbox = Inbox()
        inbox.gate.clear()
        await fill(bus, 1)

        async with bus.consume(QUEUE, inbox, at_once=1):
            await eventually(lambda: inbox.running == 1)
            asyncio.get_running_loop().call_later(0.1, inbox.gate.set)

        assert await eventually_depth(bus, QUEUE, 0)
        assert len(inbox.got) == 1

    async def test_nothing_is_delivered_after_the_context(self, bus: TestedBus) -> None:
        inbox = Inbox()
        async with bus.consume(QUEUE, inbox, at_once=1):
            pass
        await fill(bus, 1)
        assert await eventually_depth(bus, QUEUE, 1)
        assert inbox.got == []
