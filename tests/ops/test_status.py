"""`exchanger status` on real parts: green when all is well, and each trouble has its line, colour and remedy."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exchanger.bus.rabbitmq import RabbitBus
from exchanger.domain.outcome import Failure
from exchanger.engine.survey import TaskState
from exchanger.ops.queues import look
from exchanger.ops.status import LONG, Waiting, _waiting
from exchanger.ports import Address, Delivery, Message
from exchanger.sandbox.bitrix24 import default_portal, standin
from exchanger.settings import load_settings
from exchanger.testing.eventually import eventually
from exchanger.wire.names import ERRORS_QUEUE
from tests.engine.contract import take_one
from tests.engine.world import RestWorld
from tests.ops.conftest import House

pytestmark = [pytest.mark.engine, pytest.mark.rabbitmq]

QUEUES = ("bitrix24.queue", "bitrix24.sent.queue", "camunda.responses.queue")


async def _keep(_: Delivery) -> None: ...


@pytest.fixture
async def house(with_engine: House, world: RestWorld) -> AsyncIterator[House]:
    with_engine.environ["CAMUNDA_TENANT_ID"] = str(world._tenants[1])
    with_engine.environ["EXCHANGER_SYSTEMS"] = "bitrix24"
    async with standin(default_portal()) as portal:
        with_engine.environ["BITRIX_WEBHOOK_URL"] = portal.webhook_url
        yield with_engine


@pytest.fixture
async def working(house: House, bus: RabbitBus) -> AsyncIterator[House]:
    """As with the services at work: each queue has its consumer."""
    async with AsyncExitStack() as stack:
        for queue in QUEUES:
            await stack.enter_async_context(bus.consume(queue, _keep, at_once=1))

        async def consumed() -> bool:
            return all(line.consumers for line in await look(load_settings(house.environ)) if line.name in QUEUES)

        await eventually(consumed, within=20)
        yield house


async def status(house: House) -> tuple[int, dict[str, Any]]:
    done = await house.run("status", "--json")
    return done.exit_code, json.loads(done.output.splitlines()[-1])


def of(found: dict[str, Any], part: str) -> dict[str, Any]:
    return next(each for each in found["parts"] if each["part"] == part)


async def test_green_then_each_trouble_is_seen_with_what_to_do(
    working: House, world: RestWorld, bus: RabbitBus
) -> None:
    # Given an installation at work
    code, found = await status(working)
    own = [each for each in found["parts"] if not each["part"].startswith("система")]  # a bare portal has remarks
    assert {each["severity"] for each in own} == {"ok"}, own
    assert (code, found["light"]) == ((0, "green") if own == found["parts"] else (1, "yellow"))
    assert of(found, "ждут")["said"] == "0"
    assert of(found, "инциденты")["severity"] == "ok"

    # When a task waits, another is an incident, the system is paused and an error is buried
    tenant = world._tenants[1]
    engine = await world.engine("w", tenant=tenant)
    await world.start(tenant=tenant)
    assert await engine.settle(await take_one(engine, world.topic), Failure("сломалось", "", 0))
    await world.start(tenant=tenant)
    await world.start(tenant=world._tenants[2])
    await working.ok("pause", "bitrix24", "--reason", "проба")
    await bus.publish(Address("", ERRORS_QUEUE), Message(b"{}"))

    # Then each has its line
    code, found = await status(working)
    assert (code, found["light"]) == (1, "yellow")
    assert of(found, "ждут")["said"].startswith("1, самая старая из наших ")
    assert "incidents list" in of(found, "инциденты")["remedy"]
    assert "exchanger resume bitrix24" in of(found, "пауза")["remedy"]
    assert of(found, "очередь ошибок") == {
        "part": "очередь ошибок", "severity": "warning", "said": "1", "remedy": "разберите: exchanger dlq list.",
    }  # fmt: skip
    (topic,) = found["topics"]
    assert (topic["topic"], topic["waiting"], topic["incident"], topic["served"]) == (world.topic, 1, 1, True)
    assert datetime.now(UTC) - datetime.fromisoformat(topic["oldest_waiting"]) < timedelta(minutes=2)
    text = (await working.run("status")).output
    assert text.startswith("ЖЁЛТЫЙ")
    assert world.topic in text


async def test_nobody_at_work_is_red(house: House, bus: RabbitBus) -> None:
    code, found = await status(house)

    assert (code, found["light"]) == (2, "red")
    assert "services start" in of(found, "службы")["remedy"]


async def test_absent_parts_are_red_and_hide_no_other(house: House) -> None:
    house.environ["CAMUNDA_BASE_URL"] = "http://127.0.0.1:1/engine-rest"
    house.environ["RABBITMQ_URL"] = "amqp://guest:guest@127.0.0.1:1/"
    house.environ["BITRIX_WEBHOOK_URL"] = "http://127.0.0.1:1/rest/1/cAnArYcAnArY/"

    code, found = await status(house)
    shown = (await house.run("status")).output

    assert code == 2
    for part in ("движок", "брокер", "система bitrix24"):
        assert of(found, part)["severity"] == "error", part
    assert shown.startswith("КРАСНЫЙ")
    assert "cAnArY" not in shown + json.dumps(found)


def test_a_task_that_nobody_takes_for_long_is_remarked() -> None:
    now = datetime.now(UTC)

    def light(ago: timedelta, *, served: bool = True) -> tuple[str, str]:
        found = _waiting([Waiting("t", "bitrix24", served, {TaskState.WAITING: 1}, now - ago)], now)
        return found.severity.name, found.remedy

    assert light(LONG / 2)[0] == "OK"
    assert light(LONG * 2)[0] == "WARNING"
    assert "camunda-worker" in light(LONG * 2)[1]
    assert "exchanger worker" in light(LONG / 2, served=False)[1]
