"""Controls: when a process cannot end as it should, the demo says who stands where, and its code is 1."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from exchanger.domain.typed import typed
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.sandbox.bitrix24 import Pace, People, Person, Portal, default_portal
from exchanger.sandbox.bitrix24.portal import EventName, TaskEvent
from exchanger.sandbox.demo import DemoOptions, Ending
from exchanger.sandbox.demo.cast import usual_cast
from exchanger.sandbox.demo.ledger import Ledger
from exchanger.sandbox.demo.scenario import ASKING, PROCESS, diagrams
from exchanger.sandbox.engine import EngineProcess
from exchanger.telemetry.clock import SystemClock
from tests.demo.recording import play

pytestmark = pytest.mark.engine


def portal_with_a_refuser() -> Portal:
    """The first contract to be approved is declined by the lawyer."""
    portal = default_portal()
    declined: list[int] = []

    def decline(task_id: int) -> None:
        task = portal.store.tasks[task_id]
        Person(portal, portal.user(task.responsible_id)).decline(task_id)

    def notice(event: TaskEvent) -> None:
        task = portal.store.get(event.task_id)
        asked = task is not None and task.user_fields.get("UF_ELEMENT_ID") == ASKING
        if event.name is EventName.ADD and asked and not declined:
            declined.append(event.task_id)
            asyncio.get_running_loop().call_soon(decline, event.task_id)

    portal.listeners.append(notice)
    return portal


async def test_a_person_who_declines_leaves_an_incident_that_is_named(camunda: EngineProcess) -> None:
    ending, summary = await play(camunda.url, instances=2, build=portal_with_a_refuser)

    assert ending is Ending.BAD
    (problem,) = summary.problems
    assert "не завершён, инцидент" in problem
    assert ASKING in problem


async def test_the_log_of_a_bad_show_is_kept(camunda: EngineProcess, tmp_path: Path) -> None:
    await play(camunda.url, instances=1, build=portal_with_a_refuser)

    (log,) = tmp_path.iterdir()  # noqa: ASYNC240 - a folder with one file
    assert log.suffix == ".log"
    assert "исход" in log.read_text("utf-8")


async def test_a_missing_answer_is_an_incident_and_not_a_no(camunda: EngineProcess) -> None:
    def silent(portal: Portal, _ledger: Ledger, _options: DemoOptions) -> People:
        return People(portal, policy=lambda _question: None, pace=Pace(0.01, 0.05))

    ending, summary = await play(camunda.url, instances=1, cast=silent)

    assert ending is Ending.BAD
    (problem,) = summary.problems
    assert f"инцидент: {ASKING}" in problem


async def test_a_person_who_never_works_is_named_when_the_time_is_up(camunda: EngineProcess) -> None:
    def asleep(portal: Portal, ledger: Ledger, options: DemoOptions) -> People:
        people = usual_cast(portal, ledger, options)
        people.pace = Pace(3600, 3600)
        return people

    ending, summary = await play(camunda.url, instances=1, cast=asleep, limit=6)

    assert ending is Ending.BAD
    assert summary.problems == ["Д-001: не завершён, ждёт задачу №1 «Подготовить проект договора» у Пётр Иванов"]


async def test_a_stranger_left_by_another_show_is_neither_awaited_nor_judged(camunda: EngineProcess) -> None:
    # Given: an instance of a show that was killed
    connection = EngineConnection(base_url=camunda.url, worker_id="killed", tenant_id="exchanger-demo")
    async with RestEngine(connection, SystemClock()) as engine:
        await engine.admin.deploy("exchanger-demo", diagrams())
        left = await engine.admin.start(PROCESS, {"startedBy": typed(3)})
        await engine.fetch(["bitrix_create_task"], limit=10, lease=timedelta(days=1), wait=timedelta())

        # When
        ending, summary = await play(camunda.url, instances=1)

        # Then
        assert ending is Ending.GOOD, summary.problems
        assert await engine.admin.is_running(left)
        await engine.admin.delete(left)


async def test_nothing_unfinished_is_left_on_an_engine_that_is_not_ours(camunda: EngineProcess) -> None:
    await play(camunda.url, instances=2, build=portal_with_a_refuser)

    connection = EngineConnection(base_url=camunda.url, worker_id="looker", tenant_id="exchanger-demo")
    async with RestEngine(connection, SystemClock()) as engine:
        left = [instance async for instance in engine.admin.instances(PROCESS)]
    assert [instance for instance in left if instance.tenant_id == "exchanger-demo"] == []
