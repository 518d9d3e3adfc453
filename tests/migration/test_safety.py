"""What takeover never does: start beside a living predecessor, decide on a guess, lose its place after a crash."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aio_pika.abc import AbstractIncomingMessage

from exchanger.domain.errors import ExchangerError
from exchanger.sandbox.engine import EngineProcess
from exchanger.testing.eventually import eventually
from exchanger.testing.proxy import FaultKind, HttpFault, HttpFaultProxy, on
from tests.migration.predecessor import ORDERS, SENT, WORKER
from tests.migration.stage import Stage, open_stage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(240)]

APPLY = ("takeover", "--apply", "--reason", "переезд", "--yes", "--observe", "3")
OURS = "exchanger"


@pytest.fixture
async def stage(camunda: EngineProcess, vhost: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(camunda.url, vhost, tmp_path / "house") as stage:
        yield stage


@asynccontextmanager
async def meanwhile(act: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Somebody acts again and again while the operator's command runs."""

    async def again() -> None:
        while True:
            await act()

    task = asyncio.create_task(again())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_it_refuses_while_somebody_consumes_orders(stage: Stage) -> None:
    await stage.fetched("locked")

    async def ignore(_: AbstractIncomingMessage) -> None:
        return

    queue = await stage.old.channel.get_queue(ORDERS, ensure=False)
    tag = await queue.consume(ignore)
    refusal = await stage.refused(*APPLY)
    await queue.cancel(tag)

    assert f"у очереди {ORDERS} потребителей: 1" in refusal
    assert "--even-if-alive" in refusal
    await stage.said(*APPLY)


async def test_it_refuses_while_the_old_tracker_goes_round(stage: Stage) -> None:
    """It takes by basic.get, so it is no consumer: only the queue's depth tells."""
    await stage.receipted("open")
    queue = await stage.old.channel.get_queue(SENT, ensure=False)

    async def cycle() -> None:
        taken = await queue.get(fail=False)
        await asyncio.sleep(0.8)  # as long as its requests to the portal take
        if taken is not None:
            await taken.nack(requeue=True)
        await asyncio.sleep(0.4)

    async with meanwhile(cycle):
        refusal = await stage.refused(*APPLY)

    assert f"очередь {SENT} кто-то читает" in refusal


async def test_it_refuses_while_the_old_worker_takes_tasks(stage: Stage) -> None:
    await stage.fetched("locked")
    for number in range(8):
        await stage.started(f"fresh-{number}")

    async def fetch() -> None:
        await stage.old.fetch(1)
        await asyncio.sleep(0.5)

    async with meanwhile(fetch):
        refusal = await stage.refused(*APPLY)

    assert f"под именем {WORKER} только что взяты задачи" in refusal


async def _untouched(stage: Stage, before: object) -> None:
    said = await stage.said(*APPLY, code=1)
    assert {said[task]["finding"] for task in stage.tasks.values()} == {"unknown"}
    assert {said[task]["done"] for task in stage.tasks.values()} == {""}
    assert [await stage.task(state) for state in stage.tasks] == before


@pytest.mark.parametrize("worker", [WORKER, OURS], ids=["same-worker", "other-worker"])
async def test_a_portal_that_ignores_the_key_filter_decides_nothing(stage: Stage, worker: str) -> None:
    stage.configure(CAMUNDA_WORKER_ID=worker)
    await stage.fetched("locked")
    await stage.receipted("open")
    before = [await stage.task(state) for state in stage.tasks]
    await stage.world.admin("switches", {"ignored_filters": ["XML_ID", "UF_CAMUNDA_ID_EXTERNAL_TASK"]})

    await _untouched(stage, before)


async def test_a_system_paused_by_the_operator_decides_nothing(stage: Stage) -> None:
    stage.configure(CAMUNDA_WORKER_ID=OURS)
    await stage.fetched("locked")
    await stage.made("made")
    before = [await stage.task(state) for state in stage.tasks]
    await stage.old.channel.declare_queue("exchanger.flag.pause.bitrix24", durable=True)

    await _untouched(stage, before)


async def test_a_create_that_comes_late_is_seen_before_anything_is_released(stage: Stage) -> None:
    """The predecessor was killed in the middle of its request; the portal executed it later."""
    stage.configure(BITRIX_QUARANTINE="12")
    message = await stage.old.order(await stage.fetched("late"))
    late = HttpFault(FaultKind.LATE, on("POST", "tasks.task.add"), seconds=7)
    async with HttpFaultProxy(stage.old.webhook, faults=[late]) as proxy:
        stage.old.webhook = proxy.url_for(stage.old.webhook)
        with pytest.raises(aiohttp.ClientError):
            await stage.old.make(message)
        said = await stage.said("takeover", "--apply", "--reason", "переезд", "--yes", "--even-if-alive")
        await proxy.settled()

    assert said[stage.tasks["late"]]["finding"] == "open_without_receipt"
    await stage.services()
    await eventually(lambda: _one_is_open(stage), within=30, every=0.3, what="adopted")


async def _one_is_open(stage: Stage) -> bool:
    (number,) = await stage.objects_of("late")
    await stage.finish(number)
    await stage.ended("late")
    assert len(await stage.objects_of("late")) == 1
    return True


async def test_killed_between_unlocking_and_locking_it_goes_on_and_nothing_is_made_twice(stage: Stage) -> None:
    # Given two tasks with objects and receipts, and an engine that cuts the connection at the first lock
    stage.configure(CAMUNDA_WORKER_ID=OURS)
    await stage.receipted("first")
    await stage.receipted("second")
    direct = stage.world.sources.engine
    async with HttpFaultProxy(direct, faults=[HttpFault(FaultKind.CUT_BEFORE, on("POST", "/lock$"))]) as proxy:
        stage.configure(CAMUNDA_BASE_URL=proxy.url_for(direct))
        done = await stage.run(*APPLY, "--json")
    # When it breaks off there, and the same command is given again
    assert isinstance(done.exception, ExchangerError), done.output
    unlocked = [state for state in stage.tasks if (await stage.task(state) or {}).get("workerId") is None]
    assert len(unlocked) == 1
    stage.configure(CAMUNDA_BASE_URL=direct)
    said = await stage.said(*APPLY)
    assert said.keys() == {stage.tasks[state] for state in set(stage.tasks) - set(unlocked)} | {"summary"}
    # Then the free one is fetched and finds its object; both end with one each
    await stage.services()
    await stage.finish_all()
    await stage.ended("first", "second")
    assert [len(await stage.objects_of(state)) for state in stage.tasks] == [1, 1]


async def test_every_deed_is_in_the_audit_with_its_reason(stage: Stage) -> None:
    await stage.fetched("locked")
    await stage.said(*APPLY)

    lines = (stage.home / "logs" / "dev" / "audit.jsonl").read_text("utf-8").splitlines()
    told = [record for record in map(json.loads, lines) if record["phase"] == "result"]
    assert [(one["what"], one["target"], one["reason"], one["result"]) for one in told] == [
        ("takeover", f"задача {stage.tasks['locked']}", "переезд", "сделано: отпереть")
    ]


async def test_a_task_that_changed_after_it_was_judged_is_left_alone(stage: Stage) -> None:
    stage.configure(CAMUNDA_WORKER_ID=OURS)
    await stage.receipted("open")
    direct, one = stage.world.sources.engine, "/external-task/[^/]+$"
    slow = HttpFault(FaultKind.DELAY_BEFORE, on("GET", one), seconds=3)
    async with HttpFaultProxy(direct, faults=[slow]) as proxy:
        stage.configure(CAMUNDA_BASE_URL=proxy.url_for(direct))
        applying = asyncio.create_task(stage.said(*APPLY))
        await eventually(lambda: proxy.count(one, "GET") == 1, within=30, every=0.05, what="it is read once more")
        await stage.suspend("open", suspended=True)
        said = await applying

    assert "сменила состояние" in said[stage.tasks["open"]]["done"]
    task = await stage.task("open")
    assert task is not None
    assert task["workerId"] == WORKER


async def test_tasks_of_topics_that_we_do_not_serve_are_counted_and_not_touched(stage: Stage) -> None:
    """The predecessor took them and let them hang for a year: nobody may forget them once more."""
    key = f"foreign-{stage.world.sources.tenant}"
    model = (Path(__file__).parent / "move.bpmn").read_text("utf-8")
    model = model.replace('id="move"', f'id="{key}"').replace("bitrix_create_task", "1c_create_document")
    await stage.world.operator.admin.deploy(key, {f"{key}.bpmn": model.encode()})
    await stage.world.operator.admin.start(key)
    (foreign,) = await stage.old.fetch(1, "1c_create_document")

    said = await stage.said(*APPLY, code=1)

    assert said["summary"]["summary"]["other_topics"] == {"1c_create_document": 1}
    stage.tasks["foreign"] = foreign["id"]
    task = await stage.task("foreign")
    assert task is not None
    assert (task["workerId"], task["lockExpirationTime"]) == (WORKER, foreign["lockExpirationTime"])
