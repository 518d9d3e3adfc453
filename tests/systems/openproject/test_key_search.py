"""The search by key is believed only after a proof both ways."""

from __future__ import annotations

import asyncio

import pytest

from exchanger.domain.errors import Reject, SystemPaused
from exchanger.domain.key import Key
from exchanger.sandbox.openproject import default_instance, key_field
from exchanger.sandbox.openproject.model import CustomField, Format
from exchanger.sandbox.openproject.seed import MAIN, OTHER
from exchanger.testing.contract import JumpClock
from exchanger.testing.proxy import FaultKind, HttpFault, json_answer, on
from tests.systems.openproject.world import OpenProjectWorld, open_world, order


async def create(world: OpenProjectWorld, task_id: str, **given: str) -> str:
    params = world.work.prepare(order(task_id, extension_properties=given))
    return (await world.work.create(world.key(task_id), params)).ref.id


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (None, "поля «external_task_id» нет"),
        (key_field(filterable=False), "нельзя искать"),
        (CustomField(1, "external_task_id", Format.TEXT), "не строка"),
    ],
)
async def test_without_a_searchable_field_nothing_is_made(key: CustomField | None, said: str) -> None:
    clock = JumpClock()
    async with open_world(instance=default_instance(clock=clock.now, key=key), clock=clock) as world:
        with pytest.raises(SystemPaused, match=said):
            await world.work.find([world.key("task-1")])
        with pytest.raises(SystemPaused, match=said):
            await create(world, "task-1")
        assert world.instance.work_packages == {}


async def test_the_work_goes_on_as_soon_as_the_field_is_mended() -> None:
    clock = JumpClock()
    instance = default_instance(clock=clock.now, key=key_field(filterable=False))
    async with open_world(instance=instance, clock=clock) as world:
        with pytest.raises(SystemPaused):
            await create(world, "task-1")
        instance.custom_fields[1] = key_field()
        assert await create(world, "task-1")


async def test_two_fields_of_one_name_are_not_guessed(world: OpenProjectWorld) -> None:
    world.instance.custom_fields[2] = CustomField(2, "External_Task_ID")
    with pytest.raises(SystemPaused, match="не одно"):
        await world.work.find([world.key("task-1")])


async def test_a_field_of_one_project_is_not_enough_for_another() -> None:
    clock = JumpClock()
    instance = default_instance(clock=clock.now, key=key_field(for_all=False))
    instance.projects[OTHER].fields.add(1)
    async with open_world(instance=instance, clock=clock) as world:
        assert await create(world, "task-1")
        with pytest.raises(Reject, match="не ищут"):
            await create(world, "task-2", project="other")
    async with open_world(instance=instance, clock=clock, projects=("main", "other")) as world:
        made = await create(world, "task-2", project="other")
        found = await world.work.find([world.key("task-1"), world.key("task-2")])
        assert {each.ref.id for each in found} == {"1", made}


async def test_a_filter_that_is_passed_over_is_noticed_before_the_first_task(world: OpenProjectWorld) -> None:
    world.strangers(2)
    world.ignore_search()
    with pytest.raises(SystemPaused, match="нельзя искать"):
        await create(world, "task-1")
    assert world.objects(world.key("task-1")) == 0


async def test_closed_tasks_are_found_too(world: OpenProjectWorld) -> None:
    """A list without a filter by status shows open tasks only: every closed one would be made again."""
    made = await world.make("task-1")
    world.finish(made.ref)
    assert [each.ref for each in await world.work.find([world.key("task-1")])] == [made.ref]
    assert [each.ref for each in await world.work.read([made.ref])] == [made.ref]


async def test_the_first_task_must_be_found_before_a_second_is_created(world: OpenProjectWorld) -> None:
    world.lag(3600)
    await create(world, "task-1")
    with pytest.raises(SystemPaused, match="не находится"):
        await create(world, "task-2")
    assert len(world.instance.work_packages) == 1
    world.clock.jump(3600)
    assert await create(world, "task-2")


async def test_until_the_proof_tasks_are_created_one_by_one(world: OpenProjectWorld) -> None:
    world.lag(3600)
    results = await asyncio.gather(*(create(world, f"task-{n}") for n in range(5)), return_exceptions=True)
    assert len(world.instance.work_packages) == 1
    assert sum(isinstance(result, SystemPaused) for result in results) == 4


async def test_a_first_task_that_a_person_deleted_proves_nothing_and_stops_nobody(world: OpenProjectWorld) -> None:
    world.person().delete(int(await create(world, "task-1")))
    assert await create(world, "task-2")


async def test_a_key_that_openproject_did_not_keep_stops_the_next_creation(world: OpenProjectWorld) -> None:
    """The administrator took the field off the type while we remembered its form."""
    await world.make("task-0")
    await world.work.find([world.key("task-0")])
    kind = world.instance.types[1]
    world.instance.types[1] = type(kind)(kind.id, kind.name, fields=kind.fields - {1})
    await create(world, "task-1")
    with pytest.raises(SystemPaused, match="не находится"):
        await create(world, "task-2")
    assert len(world.instance.work_packages) == 2


async def test_keys_differing_in_case_and_of_another_installation_are_not_ours(world: OpenProjectWorld) -> None:
    await create(world, "task-a")
    await world.work.create(Key("other", "main", "task-b"), world.work.prepare(order("task-b")))
    assert await world.work.find([world.key("task-A"), world.key("task-b")]) == []


async def test_what_is_known_is_kept_and_asked_again_after_half_an_hour(world: OpenProjectWorld) -> None:
    for _ in range(5):
        await world.work.find([world.key("task-1")])
    assert world.instance.requests["POST /work_packages/form"] == 1
    world.clock.jump(3600)
    await world.work.find([world.key("task-1")])
    assert world.instance.requests["POST /work_packages/form"] == 2


async def test_a_failed_inspection_is_not_remembered(world: OpenProjectWorld) -> None:
    refused = json_answer(
        403, {"_type": "Error", "errorIdentifier": "urn:openproject-org:api:v3:errors:MissingPermission"}
    )
    world.proxy.arm(HttpFault(FaultKind.ANSWER_BEFORE, on("GET", r"/work_packages$"), answer=refused))
    with pytest.raises(SystemPaused, match="MissingPermission"):
        await world.work.find([world.key("task-1")])
    assert await world.work.find([world.key("task-1")]) == []
    assert MAIN in world.instance.projects
