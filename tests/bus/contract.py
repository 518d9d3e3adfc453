"""The contract of the bus port: one suite, which every implementation passes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Protocol

import pytest

from exchanger.bus import desk
from exchanger.bus.events import Listener
from exchanger.domain.errors import DeadLetter, Retry, TermLost
from exchanger.domain.event import Event, EventKind
from exchanger.ports import Address, Bus, Delivery, Message
from exchanger.testing.eventually import eventually
from exchanger.wire.names import (
    DEFAULT_QUEUE,
    ERRORS,
    ERRORS_QUEUE,
    Names,
    queue_of,
    receipt_address,
    sent_queue_of,
)

QUEUE = queue_of("bitrix24")
NAMES = Names()
ORDER = NAMES.order_address("bitrix24", "bitrix_create_task")


class TestedBus(Bus, Protocol):
    def subscribe(self, listener: Listener) -> AbstractAsyncContextManager[None]: ...


class Inbox:
    """A handler that remembers what it got and can fail, hang or wait by the test's will."""

    def __init__(self, act: Callable[[Delivery], object] | None = None) -> None:
        self.got: list[Delivery] = []
        self.running = self.most = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self._act = act

    async def __call__(self, delivery: Delivery) -> None:
        self.got.append(delivery)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
            if self._act is not None:
                self._act(delivery)
        finally:
            self.running -= 1

    def bodies(self) -> list[bytes]:
        return [delivery.message.body for delivery in self.got]


def event(number: int = 0) -> Event:
    return Event(EventKind.CREATED, datetime(2026, 1, 2, tzinfo=UTC), "bitrix24", f"t-{number}", "p", {"n": number})


async def fill(bus: Bus, count: int, to: Address = ORDER) -> None:
    for number in range(count):
        await bus.publish(to, Message(f"{number}".encode(), f"task-{number}"))


class BusContract:
    """Subclasses give the fixture `bus`; `peer` is a second handle to the same broker."""

    @pytest.fixture
    def peer(self, bus: TestedBus) -> TestedBus:
        return bus

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

    async def test_message_for_no_queue_is_retry(self, bus: TestedBus) -> None:
        with pytest.raises(Retry, match=r"no\.such\.queue.*не сохранено"):
            await bus.publish(Address("", "no.such.queue"), Message(b"{}"))
        with pytest.raises(Retry, match="не сохранено"):
            await bus.publish(Address(NAMES.responses, "no.such.key"), Message(b"{}"))

    async def test_missing_exchange_is_retry(self, bus: TestedBus) -> None:
        with pytest.raises(Retry, match=r"Нет обменника «no\.such\.exchange»"):
            await bus.publish(Address("no.such.exchange", "key"), Message(b"{}"))

    @pytest.mark.parametrize(
        ("to", "queue"),
        [
            (NAMES.order_address("bitrix24", "bitrix_create_task"), "bitrix24.queue"),
            (NAMES.order_address("openproject", "op_create_task"), "openproject.queue"),
            (NAMES.order_address("1c", "1c_sync_data"), "1c.queue"),
            (NAMES.order_address("python-services", "send_email"), "python-services.queue"),
            (NAMES.order_address("bitrix24", "topic.with.dots"), "bitrix24.queue"),
            (NAMES.order_address("default", "anything"), DEFAULT_QUEUE),
            (NAMES.order_address("nobody", "knows"), DEFAULT_QUEUE),
            (Address("camunda.external.tasks", "email.send"), "python-services.queue"),
            (Address("camunda.external.tasks", "errors.camunda_tasks"), ERRORS_QUEUE),
            (NAMES.responses_address, NAMES.responses_queue),
            (ERRORS, ERRORS_QUEUE),
            (receipt_address("default"), sent_queue_of("default")),
        ],
    )
    async def test_every_documented_address_leads_to_its_queue(self, bus: TestedBus, to: Address, queue: str) -> None:
        await bus.publish(to, Message(b"{}"))
        assert await eventually_depth(bus, queue, 1)

    async def test_term_has_one_holder_and_passes_on(self, bus: TestedBus, peer: TestedBus) -> None:
        order: list[str] = []

        async def rival() -> float:
            async with peer.term("bitrix24") as term:
                order.append("rival")
                await term.check()
                return term.started

        async with bus.term("bitrix24") as term, bus.term("openproject") as other:
            waiting = asyncio.create_task(rival())
            await term.check()
            await other.check()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asyncio.shield(waiting), 1.5)
            order.append("first ends")
        started = await asyncio.wait_for(waiting, 5)

        assert order == ["first ends", "rival"]
        assert started > term.started

    async def test_ended_term_fails_its_check(self, bus: TestedBus) -> None:
        async with bus.term("bitrix24") as term:
            await term.check()
        with pytest.raises(TermLost):
            await term.check()
        await asyncio.wait_for(term.lost(), 1)

    async def test_waiting_for_a_term_can_be_cancelled(self, bus: TestedBus, peer: TestedBus) -> None:
        async with bus.term("bitrix24"):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.5), peer.term("bitrix24"):
                    raise AssertionError("вахта занята")
        async with asyncio.timeout(5), peer.term("bitrix24") as term:
            await term.check()

    async def test_emitted_events_reach_the_subscribers(self, bus: TestedBus, peer: TestedBus) -> None:
        heard: list[Event] = []

        async def listener(event: Event) -> None:
            heard.append(event)

        async def emitted() -> bool:
            bus.emit(event(1))
            return bool(heard)

        async with peer.subscribe(listener):
            await eventually(emitted, every=0.1)
        assert heard[0] == event(1)

    async def test_emit_never_waits_nor_grows_without_end(self, bus: TestedBus) -> None:
        async def stuck(event: Event) -> None:
            await asyncio.Event().wait()

        async with bus.subscribe(stuck):
            started = time.monotonic()
            for number in range(20_000):
                bus.emit(event(number))
            assert time.monotonic() - started < 2
            assert "потеряно" in bus.state()["события"]


async def eventually_depth(bus: Bus, queue: str, expected: int) -> bool:
    async def reached() -> bool:
        depth = await bus.depth(queue)
        assert depth == expected, f"{queue}: {depth}, ожидалось {expected}"
        return True

    return await eventually(reached, within=5, every=0.1, what=f"глубина {queue}")
