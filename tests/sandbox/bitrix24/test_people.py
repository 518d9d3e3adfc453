"""Simulated people: tasks get done, questions get answers, control gets its approval."""

from __future__ import annotations

import asyncio

from exchanger.sandbox.bitrix24 import Pace, People, Portal, at_work
from exchanger.sandbox.bitrix24.model import Status
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK, HEAD
from exchanger.sandbox.bitrix24.writing import create
from tests.sandbox.bitrix24.test_faults import until

QUICK = Pace(0.001, 0.01)


def ask(portal: Portal, **fields: object) -> int:
    base = {"TITLE": "Проверить", "RESPONSIBLE_ID": CLERK, "UF_RESULT_EXPECTED": "Y", "UF_PROCESS_INSTANCE_ID": "p1"}
    return create(portal, portal.user(ADMIN), base | fields).id


async def test_the_first_answer_is_no_and_the_second_yes(portal: Portal) -> None:
    async with at_work(People(portal, pace=QUICK)) as people:
        for count in (1, 2):
            ask(portal)
            await until(lambda count=count: people.done == count)  # type: ignore[misc]
    answers = [task.user_fields["UF_RESULT_ANSWER"] for task in portal.store.tasks.values()]
    assert (answers, [task.status for task in portal.store.tasks.values()]) == ([27, 26], [Status.COMPLETED] * 2)


async def test_tasks_that_were_open_before_and_tasks_under_control_get_finished(portal: Portal) -> None:
    task_id = ask(portal, TASK_CONTROL="Y", CREATED_BY=HEAD, SE_PARAMETER=[{"CODE": 3, "VALUE": "Y"}])
    async with at_work(People(portal, pace=QUICK)):
        await until(lambda: portal.store.tasks[task_id].status is Status.COMPLETED)
    assert portal.store.tasks[task_id].closed_by == HEAD
    assert [each.text for each in portal.results[task_id]] == ["Сделано."]


async def test_people_leave_when_told_and_leave_nothing_behind(portal: Portal) -> None:
    async with at_work(People(portal, pace=Pace(60, 60))):
        task_id = ask(portal)
        await asyncio.sleep(0)
    assert portal.listeners == []
    assert portal.store.tasks[task_id].status is Status.PENDING
    assert len(asyncio.all_tasks()) == 1
