"""The supervisor of the one who started the process, put into the task by the element, with the add-on or without."""

from __future__ import annotations

from typing import Any

import pytest

from exchanger.connect import remarks_heard
from exchanger.domain.errors import Reject, Retry
from exchanger.sandbox.bitrix24.access import Webhook
from exchanger.sandbox.bitrix24.faults import Fault, FaultKind
from exchanger.sandbox.bitrix24.model import Department, Task
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK, DISMISSED, ENGINEER, HEAD, LAWYER, SECRET
from tests.systems.bitrix24 import addon_world
from tests.systems.bitrix24.world import BitrixWorld, order

SAID: list[str] = []
"""What the last task could not be given."""


async def made(world: BitrixWorld, task_id: str = "task-1", started_by: int | None = CLERK, **given: str) -> Task:
    variables: dict[str, Any] = {} if started_by is None else {"startedBy": started_by}
    params = world.work.prepare(order(task_id, variables=variables, extension_properties=given))
    with remarks_heard() as heard:
        found = await world.work.create(world.key(task_id), params)
        await world.work.finish(found, params)
    SAID[:] = map(str, heard)
    return world.task(found.ref)


def said() -> str:
    return " ".join(SAID)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"supervisorAs": "исполнитель"}, {"responsible_id": HEAD}),
        ({"supervisorAs": "Постановщик, наблюдатель"}, {"created_by": HEAD, "auditors": (HEAD,)}),
        ({"supervisorAs": "соисполнитель", "accomplices": "5"}, {"accomplices": (LAWYER, HEAD)}),
        ({"supervisorAs": '["auditors"]', "auditors": "2"}, {"auditors": (HEAD,)}),
        ({"supervisorAs": "responsible", "responsible": "4"}, {"responsible_id": ENGINEER}),
    ],
)
async def test_the_element_puts_the_supervisor_where_it_says(
    world: BitrixWorld, given: dict[str, Any], expected: dict[str, object]
) -> None:
    task = await made(world, **given)
    assert {name: getattr(task, name) for name in expected} == expected
    assert not said()


async def test_a_head_who_started_the_process_has_the_head_above(world: BitrixWorld) -> None:
    assert (await made(world, started_by=HEAD, supervisorAs="исполнитель")).responsible_id == ADMIN


async def test_the_supervisor_is_asked_once_in_ten_minutes_and_only_when_named(world: BitrixWorld) -> None:
    await made(world)
    assert world.portal.calls["department.get"] == 0
    known = world.portal.calls["user.get"]  # that the one who started is an employee
    for number in range(2, 5):
        await made(world, f"task-{number}", supervisorAs="наблюдатель")
    assert world.portal.calls["user.get"] - known == 2  # his departments, and the head of the first
    assert world.portal.calls["department.get"] == 1
    await world.clock.sleep(601)
    await made(world, "task-9", supervisorAs="наблюдатель")
    assert world.portal.calls["department.get"] == 2


@pytest.mark.parametrize(
    ("departments", "why"),
    [
        ((), "у отделов запустившего нет главы"),
        ((Department(2, "Продажи", None, CLERK),), "у отделов запустившего нет главы"),
        ((Department(2, "Продажи", None, DISMISSED),), "уволен"),
        (tuple(Department(n, "Без главы", n + 1, None) for n in range(2, 12)), "у отделов запустившего нет главы"),
    ],
)
async def test_without_a_supervisor_the_one_who_started_takes_his_place_and_it_is_said(
    world: BitrixWorld, departments: tuple[Department, ...], why: str
) -> None:
    world.portal.directory.departments = {each.id: each for each in departments}
    assert (await made(world, supervisorAs="исполнитель")).responsible_id == CLERK
    assert why in said()
    # An absence is not remembered
    world.portal.directory.departments = {2: Department(2, "Продажи", None, LAWYER)}
    assert (await made(world, "task-2", supervisorAs="исполнитель")).responsible_id == LAWYER


async def test_a_process_that_nobody_started_has_no_supervisor(world: BitrixWorld) -> None:
    task = await made(world, started_by=None, responsible="4", supervisorAs="наблюдатель")
    assert task.auditors == ()
    assert "startedBy" in said()


async def test_without_the_right_it_is_said_which_one(world: BitrixWorld) -> None:
    world.portal.access.webhooks = [Webhook(ADMIN, SECRET, frozenset({"task", "user", "basic"}))]
    assert (await made(world, supervisorAs="исполнитель")).responsible_id == CLERK
    assert "department" in said()


async def test_a_filter_that_the_portal_ignores_names_nobody_else(world: BitrixWorld) -> None:
    hidden = world.portal.directory.departments.pop(2)
    assert (await made(world, supervisorAs="исполнитель")).responsible_id == CLERK
    world.portal.directory.departments[2] = hidden


async def test_a_hiccup_is_a_retry_and_not_a_task_without_a_supervisor(world: BitrixWorld) -> None:
    world.portal.faults.add(Fault(FaultKind.ERROR_500_BEFORE, "department.get"))
    given = world.work.prepare(order(extension_properties={"supervisorAs": "исполнитель"}))
    await world.make("task-0")  # the portal is known
    with pytest.raises(Retry, match=r"department\.get"):
        await world.work.create(world.key("task-1"), given)
    assert world.objects(world.key("task-1")) == 0


async def test_a_role_that_there_is_not_is_named(world: BitrixWorld) -> None:
    with pytest.raises(Reject, match="supervisorAs: нужны роли"):
        world.work.prepare(order(extension_properties={"supervisorAs": "начальник"}))


async def test_with_the_add_on_its_own_method_tells_the_supervisor() -> None:
    async with addon_world.open_addon(addon_world.template(fields={"RESPONSIBLE_ID": 0}, members=())) as world:
        given = {"supervisorAs": "исполнитель, наблюдатель", "templateId": "139"}
        task = await made(world, started_by=addon_world.STARTED_BY, **given)
        assert (task.responsible_id, task.auditors) == (addon_world.SUPERVISOR, (addon_world.SUPERVISOR,))
        assert world.portal.calls["department.get"] == 0
