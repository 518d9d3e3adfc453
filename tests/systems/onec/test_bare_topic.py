"""The bare topic `1c` of existing diagrams: it means a task, as the bare names of the other systems do."""

from __future__ import annotations

from typing import Any

from exchanger.connect import Severity
from exchanger.domain.routing import Routing
from exchanger.ops.routes import judge
from exchanger.sandbox.onec.seed import LOGIN, PASSWORD, TASKS
from exchanger.systems.onec import KeyScheme, OnecOptions, system_for
from tests.systems.onec.world import OnecWorld, order

USED = {"1c": frozenset({"Process_old"})}


async def _judged(scheme: KeyScheme, world: OnecWorld) -> list[Any]:
    options = OnecOptions(url=world.running.url, username=LOGIN, password=PASSWORD, scheme=scheme)
    async with system_for(scheme).open(options, world.clock) as opened:
        return list(judge(USED, [opened], Routing()))


async def test_a_bare_1c_is_a_task_for_a_person(world: OnecWorld) -> None:
    given = order(topic="1c", extension_properties={"assignee": "Клерк Кирилл"})
    made = await world.work.create(world.key("task-1"), world.work.prepare(given))

    assert world.title(made.ref) == "Согласовать договор"
    assert len(world.base.rows[TASKS]) == 1
    assert await _judged(KeyScheme.REF, world) == []


async def test_where_tasks_are_not_served_the_lint_names_the_bare_topic_and_its_processes(world: OnecWorld) -> None:
    found = await _judged(KeyScheme.NONE, world)

    error = next(each for each in found if each.severity is Severity.ERROR)
    assert "1c" in error.what
    assert "Process_old" in error.what
    assert "exchanger systems about 1c" in error.remedy
