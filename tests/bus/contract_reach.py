"""The contract of the bus port: addresses, terms, events."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from exchanger.domain.errors import Retry, TermLost
from exchanger.domain.event import Event, EventKind
from exchanger.ports import Address, Message
from exchanger.testing.eventually import eventually
from exchanger.wire.names import (
    DEFAULT_QUEUE,
    ERRORS,
    ERRORS_QUEUE,
    receipt_address,
    sent_queue_of,
)
from tests.bus.kit import NAMES, TestedBus, event, eventually_depth


class ReachContract:
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

    async def test_a_listener_hears_events_of_one_kind_and_one_system(self, bus: TestedBus, peer: TestedBus) -> None:
        wanted = replace(event(1), kind=EventKind.HINT, system="bitrix24")
        heard: list[Event] = []

        async def listener(event: Event) -> None:
            heard.append(event)

        async def emitted() -> bool:
            for each in (replace(wanted, system="openproject"), replace(wanted, kind=EventKind.MADE), wanted):
                bus.emit(each)
            return len(heard) > 1

        async with peer.hear("bitrix24", EventKind.HINT, listener):
            await eventually(emitted, every=0.1)
        assert set(map(repr, heard)) == {repr(wanted)}

    async def test_emit_never_waits_nor_grows_without_end(self, bus: TestedBus) -> None:
        async def stuck(event: Event) -> None:
            await asyncio.Event().wait()

        async with bus.subscribe(stuck):
            started = time.monotonic()
            for number in range(20_000):
                bus.emit(event(number))
            assert time.monotonic() - started < 2
            assert "потеряно" in bus.state()["события"]
