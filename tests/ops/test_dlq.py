"""`exchanger dlq`: what lies in the errors' queue, what a redrive would do and does, and that nothing else moves."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import timedelta
from typing import Any

import pytest
from aio_pika.abc import AbstractChannel

from exchanger.bus.rabbitmq import RabbitBus
from exchanger.bus.rabbitmq.pile import Held
from exchanger.domain.errors import ConfigError, Retry
from exchanger.domain.outcome import Failure
from exchanger.domain.task import ExternalTask
from exchanger.ops.dead_letter import Entry
from exchanger.ops.redrive import Decision, Redrive
from exchanger.ports import Address, Message
from exchanger.testing.eventually import eventually
from exchanger.wire.names import ERRORS, ERRORS_QUEUE, OLD_DEAD_LETTERS
from tests.engine.contract import take_one
from tests.engine.world import RestWorld
from tests.ops.conftest import House, bodies
from tests.ops.letters import (
    RESPONSES,
    answer,
    buried,
    dead_order,
    failure,
    old_answer,
    old_shapes,
    task,
)
from tests.ops.letters import (
    raw as record,
)

pytestmark = [pytest.mark.rabbitmq, pytest.mark.engine]

BROKEN = Message(b"\xff not json", "t-broken")


@pytest.fixture
async def incident(world: RestWorld) -> ExternalTask:
    """An external task that has no attempts left."""
    await world.start()
    engine = await world.engine()
    waiting = await take_one(engine, world.topic)
    assert await engine.settle(waiting, Failure("Нет исполнителя.", "", 0))
    return waiting


@pytest.fixture
async def waiting(world: RestWorld) -> ExternalTask:
    await world.start()
    return await take_one(await world.engine(), world.topic)


async def put(bus: RabbitBus, *messages: Message) -> None:
    for message in messages:
        await bus.publish(ERRORS, message)


async def retries(world: RestWorld, subject: ExternalTask) -> int | None:
    found = await world.operator.get(subject.id)
    assert found is not None
    return found.retries


async def test_list_shows_every_shape_without_bodies_and_changes_nothing(
    house: House, bus: RabbitBus, raw: AbstractChannel
) -> None:
    shapes = old_shapes("t-old")
    await put(bus, buried(BROKEN, RESPONSES, "json_parse_error"), failure(task("t-new")), *shapes.values())
    before = await bodies(raw, ERRORS_QUEUE)

    lines = (await house.ok("dlq", "list", "--json")).splitlines()

    rows = [json.loads(line) for line in lines]
    assert [(row["shape"], row["task"], row["kind"], row["system"]) for row in rows] == [
        ("dead_letter", "t-broken", "json_parse_error", ""),
        ("c", "t-new", "RETRY_LIMIT_EXCEEDED", "bitrix24"),
        ("a", "t-old", "task_error", ""),
        ("b", "t-old", "camunda_internal_error", "bitrix24"),
        ("c", "t-old", "RETRY_LIMIT_EXCEEDED", "bitrix24"),
        ("d", "t-old", "ASSIGNEE_ID_ERROR", "bitrix24"),
    ]
    assert rows[1]["reason"] == "Нет исполнителя."
    assert "not json" not in "".join(lines)
    assert await bodies(raw, ERRORS_QUEUE) == before
    assert house.audit == []


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (("--task", "t-2"), {"t-2"}),
        (("--topic", "bitrix_update_task"), {"t-3"}),
        (("--kind", "RETRY_LIMIT_EXCEEDED"), {"t-2"}),
        (("--system", "bitrix24"), {"t-1", "t-2", "t-3"}),
        (("--system", "openproject"), set()),
        (("--older", "1h"), {"t-1"}),
        (("--since", "1h"), {"t-2", "t-3"}),
        (("--since", "3h", "--older", "1h"), {"t-1"}),
        (("--limit", "1"), {"t-1"}),
    ],
    ids=lambda value: str(sorted(value)) if isinstance(value, set) else str(value),
)
async def test_filters(house: House, bus: RabbitBus, filters: tuple[str, ...], found: set[str]) -> None:
    await put(
        bus,
        dead_order(task("t-1"), ago=timedelta(hours=2)),
        failure(task("t-2")),
        dead_order(task("t-3", "bitrix_update_task")),
    )
    out = await house.ok("dlq", "list", "--json", *filters)
    assert {json.loads(line)["task"] for line in out.splitlines()} == found


async def test_a_final_failure_gets_one_attempt_in_the_engine_and_yesterdays_order_stays_dead(
    with_engine: House, bus: RabbitBus, raw: AbstractChannel, world: RestWorld, incident: ExternalTask
) -> None:
    await put(bus, failure(incident), buried(BROKEN, RESPONSES))

    out = await with_engine.ok("dlq", "redrive", "--task", incident.id, "--reason", "исполнитель назначен", "--yes")

    assert "попытка в движке" in out
    assert await retries(world, incident) == 1
    assert await bodies(raw, ERRORS_QUEUE) == [BROKEN.body]
    assert await bodies(raw, "bitrix24.queue") == []
    intent, result = with_engine.audit
    assert (intent["what"], intent["reason"], result["result"]) == (
        "dlq redrive",
        "исполнитель назначен",
        "попытка в движке",
    )
    assert incident.id in intent["target"]


@pytest.mark.parametrize("shape", ["a", "c", "d"])
async def test_old_shapes_of_a_failure_get_an_attempt(
    with_engine: House, bus: RabbitBus, world: RestWorld, incident: ExternalTask, shape: str
) -> None:
    await put(bus, old_shapes(incident.id)[shape])
    await with_engine.ok("dlq", "redrive", "--all", "--reason", "r", "--yes")
    assert await retries(world, incident) == 1


async def test_two_records_of_one_task_spend_one_attempt_and_both_leave(
    with_engine: House, bus: RabbitBus, raw: AbstractChannel, world: RestWorld, incident: ExternalTask
) -> None:
    await put(bus, failure(incident), failure(incident, "Опять."))
    out = await with_engine.ok("dlq", "redrive", "--all", "--reason", "r", "--yes")
    assert await retries(world, incident) == 1
    assert "убрать: уже повторяется" in out
    assert await bodies(raw, ERRORS_QUEUE) == []


async def test_a_readable_answer_that_is_waited_for_goes_back_as_it_was(
    with_engine: House, bus: RabbitBus, raw: AbstractChannel, waiting: ExternalTask
) -> None:
    original = answer(waiting)
    await put(bus, buried(original, RESPONSES))

    await with_engine.ok("dlq", "redrive", "--all", "--reason", "r", "--yes")

    queue = await raw.get_queue(RESPONSES, ensure=False)
    back = await queue.get()
    await back.ack()
    assert back.body == original.body
    assert back.correlation_id == waiting.id
    assert {name: back.headers[name] for name in original.headers} == dict(original.headers)
    assert not set(back.headers) & {"error_type", "reason", "source_queue", "died_at"}
    assert await bodies(raw, ERRORS_QUEUE) == []


async def test_answers_that_the_predecessor_failed_to_deliver_go_back(
    with_engine: House, bus: RabbitBus, raw: AbstractChannel, waiting: ExternalTask
) -> None:
    await put(bus, old_shapes(waiting.id)["b"])
    await raw.declare_queue(OLD_DEAD_LETTERS, durable=True)
    await bus.publish(Address("", OLD_DEAD_LETTERS), record(old_answer(waiting.id)))

    for queue in (ERRORS_QUEUE, OLD_DEAD_LETTERS):
        await with_engine.ok("dlq", "redrive", "--queue", queue, "--all", "--reason", "r", "--yes")

    back = [json.loads(body) for body in await bodies(raw, RESPONSES)]
    assert back == [old_answer(waiting.id)] * 2
    assert await bodies(raw, OLD_DEAD_LETTERS) == []


async def test_what_cannot_be_redriven_stays_and_is_said_why(
    with_engine: House, bus: RabbitBus, raw: AbstractChannel, world: RestWorld, waiting: ExternalTask
) -> None:
    ignored = {**old_answer(waiting.id), "processing_status": "in_progress"}
    letters = {
        "не прочитать": buried(BROKEN, RESPONSES),
        "ничего не завершает": buried(record(ignored), RESPONSES),
        "в движке нет": failure(task("0" * 36)),
        "нет id внешней задачи": buried(Message(b"{}"), "bitrix24.queue"),
    }
    await put(bus, *letters.values())

    plan = await with_engine.ok("dlq", "redrive", "--all", "--dry-run")
    done = await with_engine.ok("dlq", "redrive", "--all", "--reason", "r", "--yes")

    for why in letters:
        assert why in plan
        assert why in done
    assert len(await bodies(raw, ERRORS_QUEUE)) == 4
    assert with_engine.audit == []


async def test_a_task_of_another_tenant_is_left_alone(
    with_engine: House, bus: RabbitBus, world: RestWorld, incident: ExternalTask
) -> None:
    with_engine.environ["CAMUNDA_TENANT_ID"] = "another"
    await put(bus, failure(incident))
    assert "чужого арендатора" in await with_engine.ok("dlq", "redrive", "--all", "--reason", "r", "--yes")
    assert await retries(world, incident) == 0


async def test_show_names_the_cause_and_what_a_redrive_would_do(
    with_engine: House, bus: RabbitBus, incident: ExternalTask
) -> None:
    await put(bus, failure(incident))
    (row,) = [json.loads(line) for line in (await with_engine.ok("dlq", "list", "--json")).splitlines()]

    out = await with_engine.ok("dlq", "show", row["id"][:6])
    with_body = json.loads(await with_engine.ok("dlq", "show", row["id"], "--body", "--json"))

    assert "reason: Нет исполнителя." in out
    assert "redrive: попытка в движке" in out
    assert "suggested_action" not in out
    assert json.loads(with_body["body"])["task_id"] == incident.id
    assert (await with_engine.run("dlq", "show", "ffffffffffff")).exit_code == 1


async def test_a_person_is_asked_and_exactly_what_was_shown_is_done(
    with_engine: House, bus: RabbitBus, raw: AbstractChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(bus, failure(task("t-1")), failure(task("t-2")))
    late = failure(task("t-1"), "Позже.")

    refused = await with_engine.run("dlq", "drop", "--task", "t-1", "--reason", "r", answer="n\n")
    assert refused.exit_code == 1
    assert len(await bodies(raw, ERRORS_QUEUE)) == 2
    assert with_engine.audit == []

    loop = asyncio.get_running_loop()

    def confirmed(question: str) -> bool:  # while the person reads, a third record comes
        asyncio.run_coroutine_threadsafe(put(bus, late), loop).result(10)
        return True

    monkeypatch.setattr("typer.confirm", confirmed)
    out = await with_engine.ok("dlq", "drop", "--task", "t-1", "--reason", "r")

    assert "Будет убрано: 1" in out
    assert await bodies(raw, ERRORS_QUEUE) == [failure(task("t-2")).body, late.body]
    assert [(each["what"], each["reason"]) for each in with_engine.audit] == [("dlq drop", "r")] * 2


async def test_nothing_is_changed_without_a_reason_or_without_a_choice(
    house: House, bus: RabbitBus, raw: AbstractChannel
) -> None:
    await put(bus, failure(task("t-1")))
    for command in ("redrive", "drop"):
        assert (await house.run("dlq", command, "--task", "t-1", "--yes")).exit_code == 2
        assert (await house.run("dlq", command, "--reason", "r", "--yes")).exit_code == 2
    assert len(await bodies(raw, ERRORS_QUEUE)) == 1


async def test_an_unwritable_audit_refuses(house: House, bus: RabbitBus, raw: AbstractChannel) -> None:
    await put(bus, failure(task("t-1")))
    (house.home / "logs").write_text("не каталог")
    done = await house.run("dlq", "drop", "--all", "--reason", "r", "--yes")
    assert isinstance(done.exception, ConfigError)
    assert "Действие отменено" in str(done.exception)
    assert len(await bodies(raw, ERRORS_QUEUE)) == 1


async def test_an_engine_that_does_not_answer_loses_nothing(house: House, bus: RabbitBus, raw: AbstractChannel) -> None:
    await put(bus, failure(task("t-1")), failure(task("t-2")))
    done = await house.run("dlq", "redrive", "--all", "--reason", "r", "--yes")
    assert isinstance(done.exception, Retry)
    assert len(await bodies(raw, ERRORS_QUEUE)) == 2


async def test_without_rabbitmq_it_says_so(house: House) -> None:
    del house.environ["RABBITMQ_URL"]
    done = await house.run("dlq", "list")
    assert isinstance(done.exception, ConfigError)
    assert "шины в памяти" in str(done.exception)


async def ack_first(self: Redrive, entry: Entry, held: Held, decision: Decision) -> None:
    """The wrong order of the two steps, which these tests must notice."""
    await held.remove()
    await self._session.send(self._names.responses_address, held.copy(entry.record.original))


ORDERS: list[Any] = [
    pytest.param(Redrive.carry_out, id="publish, then ack"),
    pytest.param(ack_first, id="control: ack first", marks=pytest.mark.xfail(strict=True, raises=AssertionError)),
]


@pytest.mark.parametrize("steps", ORDERS)
async def test_an_answer_that_cannot_be_published_stays(
    with_engine: House,
    bus: RabbitBus,
    raw: AbstractChannel,
    waiting: ExternalTask,
    monkeypatch: pytest.MonkeyPatch,
    steps: Any,
) -> None:
    monkeypatch.setattr(Redrive, "carry_out", steps)
    await put(bus, buried(answer(waiting), RESPONSES))
    await raw.queue_delete(RESPONSES)

    done = await with_engine.run("dlq", "redrive", "--all", "--reason", "r", "--yes")

    assert isinstance(done.exception, Retry)
    assert await bodies(raw, ERRORS_QUEUE) == [answer(waiting).body]
    assert with_engine.audit[-1]["result"].startswith("не сделано: Retry")


KILLED = """
import os, signal
from exchanger.bus.rabbitmq.pile import Held
async def killed(self): os.kill(os.getpid(), signal.SIGKILL)
Held.remove = killed
from exchanger.cli import main
main(*{arguments!r})
"""


async def test_a_kill_between_the_steps_repeats_and_loses_nothing(
    with_engine: House, bus: RabbitBus, raw: AbstractChannel, waiting: ExternalTask
) -> None:
    original = answer(waiting)
    await put(bus, buried(BROKEN, RESPONSES), buried(original, RESPONSES))
    arguments = ("dlq", "redrive", "--task", waiting.id, "--reason", "r", "--yes")

    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED.format(arguments=arguments),
        env={"PATH": os.environ["PATH"], "PYTHONUTF8": "1", **with_engine.environ},
    )  # fmt: skip
    assert await process.wait() == -9

    async def returned() -> bool:  # the broker gives back what the dead held when it notices its connection's end
        return await bodies(raw, ERRORS_QUEUE) == [BROKEN.body, original.body]

    await eventually(returned, within=30, every=0.2, what="everything is back in its order")
    assert [each["phase"] for each in with_engine.audit] == ["intent"], "намерение без итога: команду оборвали"
    await with_engine.ok(*arguments)
    assert await bodies(raw, ERRORS_QUEUE) == [BROKEN.body]
    assert await bodies(raw, RESPONSES) == [original.body] * 2
