"""Moving in with tasks in flight: what takeover says about each state, does, and what comes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from exchanger.sandbox.engine import EngineProcess
from exchanger.testing.eventually import eventually
from tests.e2e.ledger import depths
from tests.migration.predecessor import ERRORS, RESPONSES, WORKER
from tests.migration.stage import QUICK, Stage, open_stage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

EXPECTED = {
    "locked": "nothing",
    "ordered": "order_waiting",
    "exhausted": "nothing",
    "made": "open_without_receipt",
    "open": "open",
    "closed": "finished",
    "answered": "finished",
    "undelivered": "finished",
    "deleted": "object_unseen",
    "declined": "refused",
    "suspended": "suspended",
    "incident": "incident",
}
"""State of the predecessor's task → what takeover finds."""

PERSONS = {"deleted", "declined", "suspended", "incident"}
ENDS = set(EXPECTED) - PERSONS


@pytest.fixture
async def stage(camunda: EngineProcess, vhost: str, tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(camunda.url, vhost, tmp_path / "house") as stage:
        yield stage


async def every_state(stage: Stage) -> None:
    """The predecessor worked and was killed at each of its steps."""
    old = stage.old
    await stage.fetched("locked")
    await stage.ordered("ordered")
    await old.publish(ERRORS, old.exhausted(await old.order(await stage.fetched("exhausted"))))
    await stage.made("made")
    await stage.receipted("open")
    await stage.receipted("closed")
    await stage.finish(stage.objects["closed"])
    for state in ("answered", "undelivered"):
        receipt = old.receipt(*await stage.made(state))
        await stage.finish(stage.objects[state])
        answer = await old.response_of(receipt)
        if state == "answered":
            await old.publish(RESPONSES, answer)
        else:
            await old.publish(ERRORS, old.undelivered(answer))
    await stage.receipted("deleted")
    await stage.world.admin("act", {"user": 1, "task_id": stage.objects["deleted"], "action": "delete"})
    await stage.receipted("declined")
    await stage.act(stage.objects["declined"], "decline")
    await stage.receipted("suspended")
    await stage.suspend("suspended", suspended=True)
    await stage.receipted("incident")
    await stage.fail("incident")


def findings(stage: Stage, said: dict[str, dict[str, object]]) -> dict[str, object]:
    return {state: said[task]["finding"] for state, task in stage.tasks.items() if task in said}


@pytest.mark.parametrize("worker", [WORKER, "exchanger"], ids=["same-worker", "other-worker"])
async def test_every_state_is_sorted_taken_over_and_ends_with_one_object(stage: Stage, worker: str) -> None:
    # Given tasks of the predecessor in every state
    stage.configure(CAMUNDA_WORKER_ID=worker)
    await every_state(stage)
    void = await stage.ordered("cancelled")
    assert await stage.world.operator.admin.delete(void["process_instance_id"])
    # When the plan is asked for
    plan = await stage.said("takeover", "--plan", code=1)
    # Then each is found for what it is, and nothing has changed
    assert findings(stage, plan) == EXPECTED
    assert {state for state, task in stage.tasks.items() if plan.get(task, {}).get("person")} == (
        PERSONS if worker != WORKER else PERSONS - {"suspended"}
    )
    assert await stage.said("takeover", "--plan", code=1) == plan
    # When it is applied, twice, and our services start
    await stage.said("takeover", "--apply", "--reason", "переезд", "--yes", *QUICK, code=1)
    again = await stage.said("takeover", "--apply", "--reason", "переезд", "--yes", *QUICK, code=1)
    assert all(not row.get("done") for row in again.values())
    await stage.services()
    await eventually(lambda: _has_objects(stage, "locked", "ordered", "exhausted"), within=60, every=0.3, what="made")
    # Then what the predecessor left half-built is finished
    await eventually(lambda: _has_check_list(stage, "made"), within=60, every=0.3, what="check list of the half-built")
    await stage.finish_all()
    # And every instance ends, with one object each
    await stage.ended(*ENDS)
    for state in ENDS:
        assert len(await stage.objects_of(state)) == 1, state
    assert await stage.objects_of("cancelled") == []
    # And its messages were all taken; the records of its errors stay for the operator
    await eventually(lambda: _are_taken(stage), within=20, every=0.3, what="messages are taken")
    # And what a person decides waits for that person, visible in the engine
    for state in ("deleted", "declined", "incident"):
        await eventually(partial(_is_incident, stage, state), within=100, every=0.5, what=f"{state}: incident")
    # And when the suspended process goes on, its task is taken, too
    await stage.suspend("suspended", suspended=False)
    if worker != WORKER:
        await stage.said("takeover", "--apply", "--reason", "возобновлён", "--yes", "--even-if-alive")
    await stage.ended("suspended")


async def _has_objects(stage: Stage, *states: str) -> bool:
    for state in states:
        assert len(await stage.objects_of(state)) == 1, state
    return True


async def _has_check_list(stage: Stage, state: str) -> bool:
    url = f"{stage.old.webhook}task.checklistitem.getlist"
    async with stage.http.post(url, json={"TASKID": stage.objects[state]}) as response:
        titles = [item["TITLE"] for item in (await response.json())["result"]]
    assert titles == ["Проверить", "Сумму", "Срок"]
    return True


async def _are_taken(stage: Stage) -> bool:
    found = await depths(stage.world.sources.amqp or "")
    assert {name for name, count in found.items() if count} == {ERRORS}
    return True


async def _is_incident(stage: Stage, state: str) -> bool:
    task = await stage.task(state)
    assert task is not None
    assert task["retries"] == 0
    return True
