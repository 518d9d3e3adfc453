"""`exchanger queues` on a real broker: depths, consumers, and what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aio_pika import Message
from aio_pika.abc import AbstractChannel

from exchanger.bus.rabbitmq import RabbitBus
from exchanger.domain.errors import ConfigError
from exchanger.ports import Address, Delivery
from exchanger.ports import Message as Letter
from exchanger.testing.eventually import eventually
from exchanger.wire.names import ERRORS_QUEUE, OLD_DEAD_LETTERS
from tests.ops.conftest import House

pytestmark = pytest.mark.rabbitmq


async def rows(house: House, *words: str) -> dict[str, dict[str, Any]]:
    shown = await house.run("queues", *words, "--json")
    return {row["queue"]: row for row in map(json.loads, shown.output.splitlines())}


async def _keep(_: Delivery) -> None: ...


async def test_depth_and_consumers_of_each_queue_are_shown(house: House, bus: RabbitBus) -> None:
    await bus.publish(Address("", "bitrix24.sent.queue"), Letter(b"{}"))
    async with bus.consume("bitrix24.queue", _keep, at_once=1):

        async def consumed() -> bool:
            return bool((await rows(house, "list"))["bitrix24.queue"]["consumers"] == 1)

        await eventually(consumed, within=20)
        found = await rows(house)

    assert found["bitrix24.queue"]["remark"] == ""
    assert (found["bitrix24.sent.queue"]["messages"], found["bitrix24.sent.queue"]["consumers"]) == (1, 0)
    assert "никто не потребляет" in found["bitrix24.sent.queue"]["remark"]
    # A system that nobody serves here is nothing to remark while its queue is empty
    assert found["openproject.queue"]["remark"] == ""
    assert OLD_DEAD_LETTERS not in found


async def test_dead_letters_of_both_systems_and_a_queue_that_is_gone_are_remarked(
    house: House, bus: RabbitBus, raw: AbstractChannel
) -> None:
    await raw.declare_queue(OLD_DEAD_LETTERS, durable=True)
    for name in (ERRORS_QUEUE, OLD_DEAD_LETTERS):
        await raw.default_exchange.publish(Message(b"{}"), name)
    await raw.queue_delete("1c.queue")

    found = await rows(house)
    totals = await house.run("queues", "--stats")

    assert "dlq" in found[ERRORS_QUEUE]["remark"]
    assert "dlq" in found[OLD_DEAD_LETTERS]["remark"]
    assert found["1c.queue"]["messages"] is None
    assert "topology apply" in found["1c.queue"]["remark"]
    assert totals.exit_code == 1
    assert "сообщений: 2" in totals.output


async def test_without_a_broker_the_command_says_so(house: House) -> None:
    del house.environ["RABBITMQ_URL"]

    refused = await house.run("queues")

    assert isinstance(refused.exception, ConfigError)
