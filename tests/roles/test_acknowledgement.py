"""Acknowledging is always the last thing, and a receipt comes before it."""

from __future__ import annotations

from exchanger.domain.errors import Retry
from exchanger.testing.clock import settle
from exchanger.wire.names import receipt_address
from tests.roles.house import QUEUE, SENT, SYSTEM, FakeTerm, House, fail

RECEIPT = f"publish {receipt_address(SYSTEM).routing_key}"


async def test_a_receipt_that_the_broker_did_not_take_is_published_again(home: House) -> None:
    # Given an order in the queue, and a broker that does not take the receipt at first
    creator = home.creator(FakeTerm(home.clock.monotonic()))
    await home.clock.advance(200)
    task = await home.fetched()
    await home.bus.publish(home.context.names.order_address(SYSTEM, task.topic), home.delivery(task).message)
    home.bus.before = fail(Retry("нет связи с брокером."), at=RECEIPT)
    # When the creator consumes
    async with home.bus.consume(QUEUE, creator.handle, at_once=1):
        await home.clock.advance(5)
    # Then the receipt is there, of the one object
    assert len(home.bus.published[SENT]) == 1
    home.object(task)


async def test_an_order_in_hand_when_the_process_stops_goes_back_to_the_queue(home: House) -> None:
    # Given a creator in the quarantine of an order
    task = await home.fetched()
    await home.clock.advance(6)
    creator = home.creator()
    await home.bus.publish(home.context.names.order_address(SYSTEM, task.topic), home.delivery(task).message)
    # When its process stops
    async with home.bus.consume(QUEUE, creator.handle, at_once=1):
        await settle()
    # Then the order is in the queue again
    assert await home.bus.depth(QUEUE) == 1
    assert not home.objects.all
