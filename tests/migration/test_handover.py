"""Moving back: the predecessor finishes what we began, in its own form, with one object each."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from exchanger.domain.errors import ExchangerError
from exchanger.domain.outcome import Completed
from exchanger.domain.task import ExternalTask, ObjectRef, Order
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.ports import Message
from exchanger.sandbox.engine import EngineProcess
from exchanger.telemetry.clock import SystemClock
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import FaultKind, HttpFault, HttpFaultProxy, on
from exchanger.wire import Receipt, Response, encode_receipt, encode_response
from tests.e2e.ledger import depths
from tests.migration.predecessor import ORDERS, RESPONSES, SENT, TOPIC, WORKER, Json
from tests.migration.stage import QUICK, Stage, open_stage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

APPLY = ("handover", "--apply", "--reason", "возврат", "--yes", *QUICK)
EXPECTED = {
    "open": "open",
    "closed": "finished",
    "declined": "refused",
    "deleted": "object_unseen",
    "ordered": "order_waiting",
    "leased": "nothing",
    "incident": "incident",
}
"""State of our task → what handover finds."""


@pytest.fixture
async def stage(camunda: EngineProcess, vhost: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(camunda.url, vhost, tmp_path / "house") as stage:
        yield stage


async def our_states(stage: Stage, worker: str) -> None:
    """We worked, and our services were stopped in the middle."""
    camunda_worker, creator = await stage.services()
    for state in ("open", "closed", "declined", "deleted", "incident"):
        await stage.started(state)
    await eventually(lambda: _made(stage, 5), within=60, every=0.3, what="our tasks")
    await creator.stop()
    await stage.started("ordered")
    doomed = await stage.started("doomed")
    await eventually(lambda: _waits(stage, ORDERS, 2), within=30, every=0.3, what="our orders")
    await camunda_worker.stop()
    await _know(stage, worker)
    assert await stage.world.operator.admin.delete(doomed)
    stage.tasks["leased"] = (await _lease(stage, worker)).id
    stage.old.worker, kept = worker, stage.old.worker
    await stage.fail("incident")
    stage.old.worker = kept
    await stage.finish(stage.objects["closed"])
    await stage.act(stage.objects["declined"], "decline")
    await stage.world.admin("act", {"user": 1, "task_id": stage.objects["deleted"], "action": "delete"})


async def _know(stage: Stage, worker: str) -> None:
    """Which task and object each state has."""
    by_instance = {instance: state for state, instance in stage.instances.items()}
    async with RestEngine(_connection(stage, worker), SystemClock()) as engine:
        async for page in engine.held([TOPIC]):
            stage.tasks |= {by_instance[task.process_instance_id]: task.id for task in page}
    for state in stage.tasks:
        for number in await stage.objects_of(state):
            stage.objects[state] = number


async def _lease(stage: Stage, worker: str) -> ExternalTask:
    """Fetched by us, and the order was lost."""
    await stage.started("leased")
    async with RestEngine(_connection(stage, worker), SystemClock()) as engine:
        (taken,) = await engine.fetch([TOPIC], limit=1, lease=timedelta(minutes=1), wait=timedelta(seconds=5))
        return taken.task


def _connection(stage: Stage, worker: str) -> EngineConnection:
    return EngineConnection(stage.world.sources.engine, worker, stage.world.sources.tenant)


async def _made(stage: Stage, count: int) -> bool:
    assert len(await stage.portal()) == count
    async with RestEngine(_connection(stage, "reader"), SystemClock()) as engine:
        body = {"lockExpirationAfter": "2027-06-01T00:00:00.000+0000", "tenantIdIn": [stage.world.sources.tenant]}
        async with stage.http.post(f"{stage.world.sources.engine}/external-task", json=body) as response:
            assert len(await response.json()) == count, "made is marked"
    return engine is not None


async def _waits(stage: Stage, queue: str, count: int) -> bool:
    found = await depths(stage.world.sources.amqp or "")
    assert found[queue] == count, found
    return True


async def _bodies(stage: Stage, queue: str) -> list[Json]:
    held = await stage.old.channel.get_queue(queue, ensure=False)
    taken = []
    while (incoming := await held.get(fail=False)) is not None:
        taken.append(incoming)
    for incoming in taken:
        await incoming.nack(requeue=True)
    return [json.loads(incoming.body) for incoming in taken]


async def _publish(stage: Stage, queue: str, message: Message) -> None:
    await stage.old.publish(queue, json.loads(message.body))


async def _order(stage: Stage, state: str) -> Order:
    task = await stage.world.operator.get(stage.tasks[state])
    assert task is not None
    return Order(task, "bitrix24")


@pytest.mark.parametrize("worker", [WORKER, "exchanger"], ids=["same-worker", "other-worker"])
async def test_what_we_began_is_finished_by_the_predecessor_with_one_object_each(stage: Stage, worker: str) -> None:
    # Given our tasks in every state, and a receipt of ours that nobody took
    stage.configure(CAMUNDA_WORKER_ID=worker)
    await our_states(stage, worker)
    ref = ObjectRef("bitrix24", str(stage.objects["open"]))
    receipt = Receipt(await _order(stage, "open"), ref, adopted=False, at=datetime.now(UTC))
    await _publish(stage, SENT, encode_receipt(receipt))
    # When the plan is asked for, and then applied twice
    plan = await stage.said("handover", "--plan", code=1)
    assert {state: plan[task]["finding"] for state, task in stage.tasks.items() if task in plan} == EXPECTED
    assert {state for state in EXPECTED if plan[stage.tasks[state]]["person"]} == {"declined", "deleted", "incident"}
    await stage.said(*APPLY, code=1)
    await stage.said(*APPLY, code=1)
    # Then every message is in the predecessor's form, one a task, and the locks are its own for a year
    orders, receipts = await _bodies(stage, ORDERS), await _bodies(stage, SENT)
    assert [order["task_id"] for order in orders] == [stage.tasks["ordered"]]
    assert orders[0]["variables"]["startedBy"] == orders[0]["process_variables"]["startedBy"]["value"] == 3
    told = sorted(one["original_message"]["task_id"] for one in receipts)
    assert told == sorted(stage.tasks[state] for state in ("open", "closed", "declined"))
    assert all(one["response_data"]["result"]["task"]["ufCamundaIdExternalTask"] for one in receipts)
    for state in ("open", "closed", "ordered"):
        task = await stage.task(state)
        assert task is not None
        assert task["workerId"] == WORKER
        assert datetime.fromisoformat(task["lockExpirationTime"]) > datetime.now(UTC) + timedelta(days=300)
    # And the predecessor finishes the rest
    await _predecessor_finishes(stage)
    ends = ("open", "closed", "ordered", "leased")
    await stage.ended(*ends)
    for state in ends:
        assert len(await stage.objects_of(state)) == 1, state
    assert len(await stage.portal()) == 4 + 2  # the declined one and the incident's


async def _predecessor_finishes(stage: Stage) -> None:
    old = stage.old
    for task in await old.fetch():
        assert task["id"] == stage.tasks["leased"]
        await old.publish_order(task)
    assert await old.create_all() == 2
    await stage.finish_all()
    assert await old.track() == 4
    assert await old.respond() == 4
    assert len(old.completed) == 4


async def test_our_answers_are_not_left_to_the_predecessor(stage: Stage) -> None:
    """It would complete the task without the answer that the gateway asks for."""
    stage.configure(CAMUNDA_WORKER_ID=WORKER)
    await stage.made("open")
    now = datetime.now(UTC)
    response = Response(await _order(stage, "open"), Completed({}), at=now, ref=ObjectRef("bitrix24", "1"))
    await _publish(stage, RESPONSES, encode_response(response, now=now))

    refusal = await stage.refused(*APPLY)

    assert "exchanger run camunda-worker" in refusal
    assert [one["outcome"]["kind"] for one in await _bodies(stage, RESPONSES)] == ["completed"]


async def test_nothing_is_given_back_while_our_services_work(stage: Stage) -> None:
    stage.configure(CAMUNDA_WORKER_ID=WORKER)
    await stage.services()

    refusal = await stage.refused(*APPLY)

    assert "вахту системы bitrix24" in refusal
    assert RESPONSES in refusal


async def test_broken_off_between_unlocking_and_locking_it_goes_on_and_nothing_is_made_twice(stage: Stage) -> None:
    # Given an open task of ours, and an engine that cuts the connection at the lock
    worker = "exchanger"
    stage.configure(CAMUNDA_WORKER_ID=worker)
    camunda_worker, creator = await stage.services()
    await stage.started("open")
    await eventually(lambda: _made(stage, 1), within=60, every=0.3, what="our task")
    await creator.stop()
    await camunda_worker.stop()
    await _know(stage, worker)
    direct = stage.world.sources.engine
    async with HttpFaultProxy(direct, faults=[HttpFault(FaultKind.CUT_BEFORE, on("POST", "/lock$"))]) as proxy:
        stage.configure(CAMUNDA_BASE_URL=proxy.url_for(direct))
        done = await stage.run(*APPLY)
    assert isinstance(done.exception, ExchangerError), done.output
    # When the command is repeated, and the predecessor starts
    stage.configure(CAMUNDA_BASE_URL=direct)
    await stage.said(*APPLY)
    (free,) = await stage.old.fetch()
    assert free["id"] == stage.tasks["open"]
    await stage.old.publish_order(free)
    await stage.old.create_all()
    await stage.finish_all()
    # Then the second receipt finds the same object, and its second answer hurts nobody
    assert await stage.old.track() == 2
    await stage.old.respond()
    await stage.ended("open")
    assert stage.old.completed == [stage.tasks["open"]]
    assert len(await stage.portal()) == 1
