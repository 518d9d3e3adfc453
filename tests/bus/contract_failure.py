"""The contract of the bus port: a failing handler loses nothing and stops nobody."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime

import pytest

from exchanger.bus import desk
from exchanger.domain.errors import DeadLetter, Retry
from exchanger.ports import Delivery, Message
from exchanger.testing.eventually import eventually
from exchanger.wire.names import (
    ERRORS,
    ERRORS_QUEUE,
)
from tests.bus.kit import ORDER, QUEUE, Inbox, TestedBus, eventually_depth, fill


class FailureContract:
    async def test_dead_letter_keeps_the_raw_body_and_says_why(self, bus: TestedBus) -> None:
        def refuse(delivery: Delivery) -> None:
            raise DeadLetter("undecodable", "Это не JSON.", remedy="Посмотрите отправителя.")

        inbox, dead = Inbox(refuse), Inbox()
        raw = b"\xff\x00 not json"
        await bus.publish(ORDER, Message(raw, "task-9", {"kept": "yes"}))

        async with bus.consume(QUEUE, inbox, at_once=1), bus.consume(ERRORS_QUEUE, dead, at_once=1):
            await eventually(lambda: dead.got, what="мёртвое письмо")

        letter = dead.got[0].message
        assert letter.body == raw
        assert letter.correlation_id == "task-9"
        died_at = datetime.fromisoformat(str(letter.headers["died_at"]))
        assert abs((datetime.now(UTC) - died_at).total_seconds()) < 60
        assert {name: value for name, value in letter.headers.items() if name != "died_at"} == {
            "kept": "yes",
            "error_type": "undecodable",
            "reason": "Это не JSON. Что делать: Посмотрите отправителя.",
            "source_queue": QUEUE,
            "source_exchange": ORDER.exchange,
            "source_routing_key": ORDER.routing_key,
            "task_id": "task-9",
        }
        assert len(inbox.got) == 1
        assert await eventually_depth(bus, QUEUE, 0)

    async def test_dead_letter_of_the_errors_queue_does_not_multiply(self, bus: TestedBus) -> None:
        def refuse(delivery: Delivery) -> None:
            raise DeadLetter("again", "И это не понять.")

        inbox = Inbox(refuse)
        await bus.publish(ERRORS, Message(b"x"))
        async with bus.consume(ERRORS_QUEUE, inbox, at_once=1):
            await eventually(lambda: inbox.got)
            await asyncio.sleep(0.3)  # copies would have come round by now: nothing can be awaited for their absence
        assert len(inbox.got) == 1
        assert await eventually_depth(bus, ERRORS_QUEUE, 1)

    async def test_poison_stops_nobody_and_is_not_lost(self, bus: TestedBus) -> None:
        def fail(delivery: Delivery) -> None:
            if delivery.message.body in {b"1", b"4"}:
                raise RuntimeError("яд")

        inbox = Inbox(fail)
        await fill(bus, 8)
        async with bus.consume(QUEUE, inbox, at_once=1):
            await eventually(lambda: set(inbox.bodies()) == {f"{n}".encode() for n in range(8)}, within=5)

        assert await eventually_depth(bus, QUEUE, 2), "оба ядовитых остались в очереди"

    async def test_failed_message_is_repeated_after_a_growing_pause(self, bus: TestedBus) -> None:
        times: list[float] = []

        def fail(delivery: Delivery) -> None:
            times.append(time.monotonic())
            if len(times) < 3:
                raise Retry("система не отвечает")

        inbox = Inbox(fail)
        await fill(bus, 1)
        async with bus.consume(QUEUE, inbox, at_once=1):
            await eventually(lambda: len(times) == 3)
        assert times[1] - times[0] >= 0.9
        assert times[2] - times[1] >= 1.9
        assert [delivery.redelivered for delivery in inbox.got] == [False, True, True]
        assert await eventually_depth(bus, QUEUE, 0)

    async def test_message_is_given_back_when_patience_ends(
        self, bus: TestedBus, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(delivery: Delivery) -> None:
            raise Retry("система не отвечает")

        monkeypatch.setattr(desk, "PATIENCE", 0.1)  # one pause, then back into the queue
        inbox = Inbox(fail)
        await fill(bus, 1)
        async with bus.consume(QUEUE, inbox, at_once=1):
            await eventually(lambda: len(inbox.got) == 3)
        assert await eventually_depth(bus, QUEUE, 1)

    async def test_foreign_cancellation_inside_a_handler_is_a_failure_not_a_stop(self, bus: TestedBus) -> None:
        def once(delivery: Delivery) -> None:
            if not delivery.redelivered:
                raise asyncio.CancelledError

        inbox = Inbox(once)
        await fill(bus, 1)
        async with bus.consume(QUEUE, inbox, at_once=1):
            await eventually(lambda: len(inbox.got) == 2)
        assert await eventually_depth(bus, QUEUE, 0)
