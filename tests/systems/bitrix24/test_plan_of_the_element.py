"""What an element says of the plan of its task: planned dates, estimate, the right to move the deadline, subtasks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from exchanger.connect import remarks_heard
from exchanger.domain.errors import Reject
from exchanger.sandbox.bitrix24.model import Task
from exchanger.sandbox.bitrix24.render import task_row
from exchanger.systems.bitrix24.content.gather import Content
from exchanger.systems.bitrix24.content.template import Schedule, Template
from exchanger.systems.bitrix24.deadlines import Dates, dates
from exchanger.systems.bitrix24.params import CreateTaskParams
from exchanger.testing.contract import START
from tests.systems.bitrix24.addon_world import open_addon, template
from tests.systems.bitrix24.test_template import BARE
from tests.systems.bitrix24.world import BitrixWorld, open_world, order

HOUR = timedelta(hours=1)


async def made(world: BitrixWorld, **given: str) -> tuple[Task, list[str]]:
    """The task, and what it could not be given."""
    params = world.work.prepare(order(extension_properties=given))
    with remarks_heard() as heard:
        found = await world.work.create(world.key("task-1"), params)
        await world.work.finish(found, params)
    return world.task(found.ref), [str(each) for each in heard]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"parameters": {3: "Y"}, "allow_time_tracking": False, "time_estimate": 0, "start_date_plan": None}),
        ({"timeEstimate": "1,5"}, {"time_estimate": 5400, "allow_time_tracking": True}),
        ({"timeEstimate": "PT1H30M", "timeTracking": "нет"}, {"time_estimate": 5400, "allow_time_tracking": False}),
        ({"timeTracking": "да"}, {"time_estimate": 0, "allow_time_tracking": True}),
        ({"allowChangeDeadline": "да"}, {"allow_change_deadline": True}),
        ({"datesFromSubtasks": "да"}, {"parameters": {1: "Y", 3: "Y"}}),
        ({"completeWithSubtasks": "Y", "resultRequired": "нет"}, {"parameters": {2: "Y"}}),
        ({"resultRequired": "нет"}, {"parameters": {}}),
    ],
)
async def test_the_element_sets_it(world: BitrixWorld, given: dict[str, str], expected: dict[str, Any]) -> None:
    task, said = await made(world, **given)
    assert {name: getattr(task, name) for name in expected} == expected
    assert said == []


async def test_planned_dates_without_an_offset_are_of_the_zone_of_the_portal() -> None:
    async with open_world(time_zone="Asia/Vladivostok") as world:
        task, said = await made(world, plannedStart="2026-12-01T10:00", plannedEnd="31.12.2026 18:00")
    assert task.start_date_plan == datetime(2026, 12, 1, 0, tzinfo=UTC)
    assert task.end_date_plan == datetime(2026, 12, 31, 8, tzinfo=UTC)
    assert said == []


async def test_a_plan_that_ends_before_it_starts_loses_its_end_and_it_is_said(world: BitrixWorld) -> None:
    task, said = await made(world, plannedStart="2026-12-31", plannedEnd="2026-12-01")
    assert task.start_date_plan is not None
    assert task.end_date_plan is None
    assert said == ["плановое завершение: оно раньше планового начала: портал такой задачи не примет"]


@pytest.mark.parametrize(
    ("given", "expected", "said"),
    [
        ({"planned_start": START}, Dates(None, START, START + 3 * HOUR), ""),
        ({"planned_end": START + 2 * HOUR}, Dates(None, START + HOUR, START + 2 * HOUR), ""),
        ({"planned_end": START}, Dates(None, None, START), "плановое начало: в шаблоне оно позже"),
        ({"planned_start": START + 9 * HOUR}, Dates(None, START + 9 * HOUR, None), "плановое завершение: оно раньше"),
    ],
)
def test_the_date_of_the_element_beats_that_of_the_template(given: dict[str, Any], expected: Dates, said: str) -> None:
    content = Content(template=Template(schedule=Schedule(start=HOUR, end=3 * HOUR)))
    params = CreateTaskParams(title="т", element_id="e", process_instance_id="i", **given)
    assert dates(params, content, UTC, START) == expected
    assert [each.startswith(said) for each in content.remarks] == ([True] if said else [])


async def test_the_element_beats_the_flags_of_the_template() -> None:
    fields = {"ALLOW_CHANGE_DEADLINE": "Y", "ALLOW_TIME_TRACKING": "Y", "TIME_ESTIMATE": 7200}
    async with open_addon(template(fields=fields, **BARE)) as world:
        task, _ = await made(world, allowChangeDeadline="нет", timeEstimate="3")
    assert (task.allow_change_deadline, task.allow_time_tracking, task.time_estimate) == (False, True, 10800)


@pytest.mark.parametrize(
    ("given", "answered", "said"),
    [
        ({"timeEstimate": "1"}, {"timeEstimate": "0"}, ["плановые трудозатраты"]),
        ({"timeTracking": "да"}, {"allowTimeTracking": "N"}, ["учёт времени"]),
        ({"allowChangeDeadline": "да"}, {"allowChangeDeadline": None}, ["право исполнителя менять срок"]),
        ({"plannedStart": "2026-12-01"}, {"startDatePlan": "2026-12-02T00:00:00+03:00"}, ["плановое начало"]),
        ({"plannedEnd": "2026-12-01"}, {"endDatePlan": None}, ["плановое завершение"]),
        ({}, {"timeEstimate": "60", "startDatePlan": "2026-12-02T00:00:00+03:00"}, []),
    ],
)
async def test_what_the_portal_keeps_otherwise_is_said(
    world: BitrixWorld,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    answered: dict[str, Any],
    said: list[str],
) -> None:
    def otherwise(*asked: Any) -> dict[str, Any]:
        return task_row(*asked) | answered

    monkeypatch.setattr("exchanger.sandbox.bitrix24.render.task_row", otherwise)
    _, heard = await made(world, **given)
    assert heard == [f"{what}: портал сохранил другое значение" for what in said]


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("timeEstimate", "два часа", "нужно число часов"),
        ("timeEstimate", "0", "больше нуля"),
        ("timeEstimate", "-1", "больше нуля"),
        ("timeEstimate", "PT", "PT1H30M"),
        ("timeEstimate", "9" * 30, "нужно число часов"),
        ("plannedStart", "завтра", "нужна дата"),
        ("plannedEnd", "32.12.2026", "нужна дата"),
        ("allowChangeDeadline", "иногда", "нужно true или false"),
        ("datesFromSubtasks", "иногда", "нужно true или false"),
    ],
)
async def test_what_cannot_be_read_is_named(world: BitrixWorld, name: str, text: str, why: str) -> None:
    with pytest.raises(Reject, match=f"{name}: .*{why}"):
        world.work.prepare(order(extension_properties={name: text}))
