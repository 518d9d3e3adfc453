"""`exchanger queues peek | export | purge` on a real broker: nothing is lost, nothing changes its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel

from exchanger.bus.rabbitmq import RabbitBus
from exchanger.bus.rabbitmq.pile import Held
from exchanger.domain.errors import ConfigError
from tests.ops.conftest import House, bodies

pytestmark = pytest.mark.rabbitmq

QUEUE = "default.queue"


@pytest.fixture
async def three(bus: RabbitBus, raw: AbstractChannel) -> list[bytes]:
    """Three messages in a queue, the second of them no JSON."""
    sent = [b'{"number": 1, "password": "hunter2hunter2"}', b"\xff\x00", b'{"number": 3}']
    for number, body in enumerate(sent, 1):
        message = Message(
            body,
            headers={"x-token": "token=deadbeefdeadbeef", "n": number},
            correlation_id=f"task-{number}",
            delivery_mode=DeliveryMode.PERSISTENT,
        )
        await raw.default_exchange.publish(message, QUEUE)
    return sent


async def test_a_look_changes_neither_the_messages_nor_their_order(
    house: House, three: list[bytes], raw: AbstractChannel
) -> None:
    out = await house.ok("queues", "peek", QUEUE, "-n", "2")

    assert "task-1" in out
    assert "task-2" in out
    assert "task-3" not in out
    assert await bodies(raw, QUEUE) == three


async def test_a_look_shows_bodies_only_when_asked_and_secrets_never(house: House, three: list[bytes]) -> None:
    lean = await house.ok("queues", "peek", QUEUE, "--json")
    full = await house.ok("queues", "peek", QUEUE, "--body")

    assert [json.loads(line)["body"] for line in lean.splitlines()] == [None, None, None]
    assert '"number": 3' in full
    for out in (lean, full):
        assert "hunter2hunter2" not in out
        assert "deadbeefdeadbeef" not in out


async def test_an_export_has_the_predecessors_shape_and_takes_nothing(
    house: House, three: list[bytes], raw: AbstractChannel, tmp_path: Path
) -> None:
    file = tmp_path / "out" / "queue.json"

    await house.ok("queues", "export", QUEUE, "-o", str(file))

    read = json.loads(file.read_text("utf-8"))
    assert read["export_info"].keys() == {
        "queue_name", "timestamp", "timestamp_human", "total_messages", "rabbitmq_host", "rabbitmq_port",
    }  # fmt: skip
    assert (read["export_info"]["queue_name"], read["export_info"]["total_messages"]) == (QUEUE, 3)
    first, second, _ = read["messages"]
    assert first["body"] == {"number": 1, "password": "hunter2hunter2"}
    assert (first["body_type"], second["body_type"]) == ("json", "base64")
    assert first["properties"]["correlation_id"] == "task-1"
    assert first["properties"]["headers"]["n"] == 1
    assert first["properties"]["delivery_mode"] == 2
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert await bodies(raw, QUEUE) == three


async def test_a_purge_saves_first_then_removes_and_writes_down_who_and_why(
    house: House, three: list[bytes], raw: AbstractChannel
) -> None:
    planned = await house.ok("queues", "purge", QUEUE, "--dry-run")
    assert "сообщений 3" in planned
    assert await bodies(raw, QUEUE) == three

    out = await house.ok("queues", "purge", QUEUE, "--reason", "чужие", answer=f"{QUEUE}\n")

    (file,) = (house.home / "logs" / "prod" / "queues").iterdir()
    saved = json.loads(file.read_text("utf-8"))["messages"]
    assert [row["properties"]["correlation_id"] for row in saved] == ["task-1", "task-2", "task-3"]
    assert str(file) in out
    assert await bodies(raw, QUEUE) == []
    intent, result = house.audit
    assert (intent["what"], intent["target"], intent["reason"]) == ("queues purge", f"очередь {QUEUE}", "чужие")
    assert result["result"] == "убрано 3"


async def test_a_name_typed_wrong_and_a_missing_reason_change_nothing(
    house: House, three: list[bytes], raw: AbstractChannel
) -> None:
    wrong = await house.run("queues", "purge", QUEUE, "--reason", "r", answer="default\n")
    unexplained = await house.run("queues", "purge", QUEUE, "--yes")

    assert (wrong.exit_code, unexplained.exit_code) == (1, 2)
    assert (await bodies(raw, QUEUE), house.audit) == (three, [])


async def test_what_could_not_be_saved_stays_in_the_queue(
    house: House, three: list[bytes], raw: AbstractChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a disk that fails at the second message
    def failing(number: int, held: Held) -> dict[str, int]:
        if number == 2:
            raise ConfigError("диск полон")
        return {"message_number": number}

    monkeypatch.setattr("exchanger.ops.queues_file.row", failing)

    done = await house.run("queues", "purge", QUEUE, "--reason", "r", "--yes")

    assert isinstance(done.exception, ConfigError)
    assert await bodies(raw, QUEUE) == three[1:]
    assert house.audit[-1]["result"].startswith("не сделано")


async def test_a_queue_that_is_not_there_is_named(house: House, bus: RabbitBus) -> None:
    for words in (("peek", "no.queue"), ("export", "no.queue", "-o", "x"), ("purge", "no.queue", "--reason", "r")):
        refused = await house.run("queues", *words)
        assert isinstance(refused.exception, ConfigError)
        assert "no.queue" in str(refused.exception)


async def test_the_options_of_the_old_reader_do_the_same(
    house: House, three: list[bytes], raw: AbstractChannel, tmp_path: Path
) -> None:
    assert f"{QUEUE}: 3" in await house.ok("queues", "read")
    assert "task-1" in await house.ok("queues", "read", QUEUE, "--count", "1")
    await house.ok("queues", "read", QUEUE, "--output", str(tmp_path / "q.json"))
    assert json.loads((tmp_path / "q.json").read_text("utf-8"))["export_info"]["total_messages"] == 3
    await house.ok("queues", "read", QUEUE, "--clear", "--force")
    assert await bodies(raw, QUEUE) == []
