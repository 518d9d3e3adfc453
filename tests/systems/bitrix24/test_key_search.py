"""The search by key is believed only after a proof both ways."""

from __future__ import annotations

import asyncio

import pytest

from exchanger.domain.errors import Retry, SystemPaused
from exchanger.domain.key import Key
from exchanger.sandbox.bitrix24 import default_portal
from exchanger.sandbox.bitrix24.faults import Fault, FaultKind
from exchanger.sandbox.bitrix24.limits import Limits
from exchanger.testing.contract import JumpClock
from exchanger.testing.proxy import FaultKind as Broken
from exchanger.testing.proxy import HttpFault, json_answer, on
from tests.systems.bitrix24.world import ADMIN, CLERK, BitrixWorld, open_world, order

RAW_ID = "UF_CAMUNDA_ID_EXTERNAL_TASK"


async def create(world: BitrixWorld, task_id: str) -> str:
    made = await world.work.create(world.key(task_id), world.work.prepare(order(task_id)))
    return made.ref.id


async def test_an_ignored_xml_id_moves_the_search_to_the_users_field(world: BitrixWorld) -> None:
    world.strangers(3)
    world.portal.faults.ignored_filters.add("XML_ID")
    made = await create(world, "task-1")
    assert [each.ref.id for each in await world.work.find([world.key("task-1")])] == [made]
    assert await world.work.find([world.key("task-2")]) == []


async def test_two_ignored_filters_mean_that_nothing_is_ever_created(world: BitrixWorld) -> None:
    world.strangers(3)
    world.ignore_search()
    with pytest.raises(SystemPaused, match="не ищет") as paused:
        await create(world, "task-1")
    assert RAW_ID in paused.value.remedy
    assert world.portal.calls["tasks.task.add"] == 0


async def test_the_work_goes_on_as_soon_as_the_portal_searches_again(world: BitrixWorld) -> None:
    world.strangers(3)
    world.ignore_search()
    with pytest.raises(SystemPaused):
        await create(world, "task-1")
    world.portal.faults.ignored_filters.clear()
    assert await create(world, "task-1")


async def test_unrelated_rows_are_neither_adopted_nor_taken_for_absence(world: BitrixWorld) -> None:
    await create(world, "task-1")
    world.strangers(3)
    world.ignore_search()
    with pytest.raises(SystemPaused, match="чужие задачи"):
        await world.work.find([world.key("task-2")])


async def test_the_first_task_must_be_found_before_a_second_is_created(world: BitrixWorld) -> None:
    world.lag(3600)
    await create(world, "task-1")
    with pytest.raises(SystemPaused, match="не находится") as paused:
        await create(world, "task-2")
    assert paused.value.after is not None
    assert len(world.portal.store.tasks) == 1
    world.clock.jump(3600)
    assert await create(world, "task-2")


async def test_a_search_that_lags_a_little_only_delays_the_second_task(world: BitrixWorld) -> None:
    world.lag(5)
    await create(world, "task-1")
    await create(world, "task-2")
    assert len(world.portal.store.tasks) == 2


async def test_a_first_task_that_a_person_deleted_proves_nothing_and_stops_nobody(world: BitrixWorld) -> None:
    world.person().delete(int(await create(world, "task-1")))
    assert await create(world, "task-2")


async def test_until_the_proof_tasks_are_created_one_by_one(world: BitrixWorld) -> None:
    world.lag(3600)
    results = await asyncio.gather(*(create(world, f"task-{n}") for n in range(5)), return_exceptions=True)
    assert len(world.portal.store.tasks) == 1
    assert sum(isinstance(result, SystemPaused) for result in results) == 4


async def test_what_is_known_of_the_portal_is_asked_in_one_request_and_kept(world: BitrixWorld) -> None:
    await world.work.find([world.key("task-1")])
    assert world.portal.requests.total() == 2  # the inspection and the search itself
    for _ in range(5):
        await world.work.find([world.key("task-1")])
    assert world.portal.calls["profile"] == 1
    world.clock.jump(3600)
    await world.work.find([world.key("task-1")])
    assert world.portal.calls["profile"] == 2


async def test_a_failed_inspection_is_not_remembered(world: BitrixWorld) -> None:
    world.portal.faults.add(Fault(FaultKind.INVALID_CREDENTIALS, "batch"))
    with pytest.raises(SystemPaused, match="INVALID_CREDENTIALS"):
        await world.work.find([world.key("task-1")])
    assert await world.work.find([world.key("task-1")]) == []


async def test_a_key_differing_in_case_only_is_another_key(world: BitrixWorld) -> None:
    await create(world, "task-a")
    assert await world.work.find([world.key("task-A")]) == []


async def test_a_task_of_another_installation_is_not_ours(world: BitrixWorld) -> None:
    """The same external task id under a foreign key: a copy of the engine's database, for example."""
    foreign = Key("other", "main", "task-1")
    await world.work.create(foreign, world.work.prepare(order("task-1")))
    assert await world.work.find([world.key("task-1")]) == []


async def test_a_task_of_the_predecessor_is_adopted_by_its_raw_id(world: BitrixWorld) -> None:
    theirs = world.person().create({"TITLE": "Старая", "RESPONSIBLE_ID": CLERK, RAW_ID: "task-1"})
    (found,) = await world.work.find([world.key("task-1")])
    assert (found.ref.id, found.key) == (str(theirs.id), world.key("task-1"))


async def test_a_task_hidden_from_an_ordinary_owner_is_simply_not_there() -> None:
    async with open_world(owner=ADMIN) as world:
        made = await create(world, "task-1")
        world.person().hide(int(made), ADMIN)
        assert await world.work.find([world.key("task-1")]) == []


async def test_many_tasks_are_looked_for_in_one_request(world: BitrixWorld) -> None:
    await create(world, "task-0")
    before = world.portal.requests.total()
    await world.work.find([world.key(f"task-{number}") for number in range(500)])
    assert world.portal.requests.total() - before == 1


async def test_a_refused_part_of_a_batch_is_never_absence(world: BitrixWorld) -> None:
    await create(world, "task-1")
    await world.work.find([world.key("task-1")])
    world.portal.set_limits(Limits(operating=1.0, costs={"tasks.task.list": 1000.0}))  # the second command is refused
    with pytest.raises(Retry):
        await world.work.find([world.key("task-2")])


@pytest.mark.parametrize("kind", [FaultKind.ERROR_500_BEFORE, FaultKind.BAD_GATEWAY, FaultKind.MAINTENANCE])
async def test_c7_a_search_that_failed_never_ends_in_a_second_task(world: BitrixWorld, kind: FaultKind) -> None:
    """The predecessor took any error of the search for "not found" and created again."""
    await create(world, "task-1")
    world.portal.faults.add(Fault(kind, "batch", times=3))
    await world.make("task-1")
    assert len(world.portal.store.tasks) == 1


async def test_a_portal_that_does_not_know_the_query_is_a_pause_and_not_an_incident_of_each_task() -> None:
    unknown = {"error": "ERROR_METHOD_NOT_FOUND", "error_description": "Method not found!"}
    clock = JumpClock()
    async with open_world(portal=default_portal(user_fields=(), clock=clock.now), clock=clock) as world:
        await create(world, "task-1")
        refused = HttpFault(Broken.ANSWER_BEFORE, on("POST", r"tasks\.task\.list"), answer=json_answer(404, unknown))
        world.proxy.arm(refused)
        with pytest.raises(SystemPaused, match="ERROR_METHOD_NOT_FOUND") as paused:
            await world.work.find([world.key("task-1")])
    assert "модуль задач" in paused.value.remedy


async def test_credentials_that_failed_during_the_proof_prove_nothing(world: BitrixWorld) -> None:
    world.lag(3600)
    await create(world, "task-1")
    world.portal.faults.add(Fault(FaultKind.INVALID_CREDENTIALS, "tasks.task.get"))
    with pytest.raises(SystemPaused, match="INVALID_CREDENTIALS"):
        await create(world, "task-2")
    with pytest.raises(SystemPaused, match="не находится"):
        await create(world, "task-2")
    assert len(world.portal.store.tasks) == 1
