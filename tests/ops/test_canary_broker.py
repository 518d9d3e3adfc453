"""Queues may hold secrets of others (the predecessor wrote webhooks into errors): no command shows them."""

from __future__ import annotations

import json

import pytest

from exchanger.bus.rabbitmq import RabbitBus
from exchanger.domain.event import Event, EventKind
from exchanger.wire.names import ERRORS, ERRORS_QUEUE
from tests.ops.conftest import House
from tests.ops.letters import NOW, failure, task
from tests.ops.test_tap import while_telling

pytestmark = [pytest.mark.rabbitmq, pytest.mark.engine]

CANARY = "cAnArY7secretX9"
SAID = (
    f"POST https://portal.example/rest/7/{CANARY}/tasks.task.add: 401; password={CANARY}; "
    f"amqp://u:{CANARY}@mq/; {{'Authorization': 'Bearer {CANARY}'}}"
)


@pytest.mark.parametrize("as_json", [False, True], ids=["text", "json"])
async def test_no_command_shows_a_secret_that_lies_in_a_queue(
    with_engine: House, bus: RabbitBus, as_json: bool
) -> None:
    house = with_engine
    await bus.publish(ERRORS, failure(task("t-1"), SAID))
    listed = await house.ok("dlq", "list", "--json")
    number = json.loads(listed.splitlines()[0])["id"]
    more = ["--json"] if as_json else []

    shown = [
        listed,
        await house.ok("dlq", "list", *more),
        await house.ok("dlq", "show", number, "--body", *more),
        await house.ok("queues", "peek", ERRORS_QUEUE, "--body", *more),
        (await house.run("queues", "list", *more)).output,
        (await house.run("topology", "show", *more)).output,
        (await house.run("status", *more)).output,
        (await house.run("dlq", "redrive", "--all", "--dry-run")).output,
        (await house.run("dlq", "drop", "--all", "--dry-run")).output,
        (await _tapped(house, bus, *more)),
    ]

    assert [CANARY in text for text in shown] == [False] * len(shown)
    assert "tasks.task.add" in shown[2], "masked, not dropped"
    assert "tasks.task.add" in shown[-1]


async def _tapped(house: House, bus: RabbitBus, *more: str) -> str:
    def tell() -> None:
        bus.emit(Event(EventKind.FAILED, NOW, "bitrix24", "t-1", "p-1", {"reason": SAID}))

    return (await while_telling(house, tell, "--count", "1", *more)).output
