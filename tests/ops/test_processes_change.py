"""`exchanger processes info | start | stop | delete` on a real engine: two tenants, and only one of them is ours."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from exchanger.domain.errors import ConfigError, Reject
from exchanger.engine.client import RestEngine
from tests.engine.process import bpmn
from tests.engine.world import RestWorld
from tests.ops.conftest import House

pytestmark = pytest.mark.engine


@pytest.fixture
def house(with_engine: House, world: RestWorld) -> House:
    del with_engine.environ["RABBITMQ_URL"]  # nothing of it needs the broker
    with_engine.environ["CAMUNDA_TENANT_ID"] = str(world._tenants[1])
    return with_engine


@pytest.fixture
def ours(world: RestWorld) -> RestEngine:
    return world._by_tenant[world._tenants[1]]


@pytest.fixture
def theirs(world: RestWorld) -> RestEngine:
    return world._by_tenant[world._tenants[2]]


async def second_version(engine: RestEngine, world: RestWorld) -> None:
    await engine.admin.deploy(world.key, {"process.bpmn": bpmn(world.key) + b"<!-- 2 -->"})


async def running(engine: RestEngine, world: RestWorld) -> set[str]:
    return {each.id async for each in engine.admin.instances(world.key)}


async def versions(house: House, world: RestWorld) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (await house.ok("processes", "info", world.key, "--json")).splitlines()]


async def test_info_shows_each_version_of_our_tenant_and_its_instances(
    house: House, world: RestWorld, ours: RestEngine
) -> None:
    await world.start(tenant=world._tenants[1])
    await world.start(tenant=world._tenants[2])
    await second_version(ours, world)

    shown = await versions(house, world)

    assert [(row["version"], row["instances"], row["tenant"]) for row in shown] == [
        (2, 0, world._tenants[1]),
        (1, 1, world._tenants[1]),
    ]
    assert "экземпляров 1" in await house.ok("processes", "info", world.key)
    unknown = await house.run("processes", "info", "no-such-key")
    assert isinstance(unknown.exception, Reject)


async def test_a_start_takes_the_file_and_what_is_said_here_is_stronger(
    house: House, world: RestWorld, ours: RestEngine, theirs: RestEngine, tmp_path: Path
) -> None:
    await second_version(ours, world)
    file = tmp_path / "start.yaml"
    file.write_text(
        f"process_key: {world.key}\nversion: 2\nbusiness_key: из файла\ndescription: проба\n"
        "variables: {go: on-file, days: {value: 5, type: Long}, keep: да}\n",
        "utf-8",
    )
    words = ("processes", "start", "-c", str(file), "-v", "go=on", "-v", "priority=3", "--version", "1")

    planned = await house.ok(*words, "--dry-run")
    assert "версия 1" in planned
    assert await running(ours, world) == set()
    instance = (await house.ok(*words, "-b", "с клавиатуры")).splitlines()[-1]

    (made,) = [each async for each in ours.admin.instances(world.key)]
    assert (made.id, made.business_key, made.tenant_id) == (instance, "с клавиатуры", world._tenants[1])
    assert made.definition_id == (await versions(house, world))[1]["definition"]
    found = await ours.admin.variables(instance)
    assert {name: (each.type, each.value) for name, each in found.items()} == {
        "go": ("String", "on"), "days": ("Long", 5), "keep": ("String", "да"), "priority": ("Integer", 3),
    }  # fmt: skip
    assert await running(theirs, world) == set()
    assert (house.audit[-1]["reason"], house.audit[-1]["result"]) == ("проба", f"экземпляр {instance}")
    assert "да" not in json.dumps(house.audit[-1]["details"], ensure_ascii=False)


async def test_a_start_of_nothing_known_is_refused(house: House, world: RestWorld) -> None:
    nameless = await house.run("processes", "start")
    absent = await house.run("processes", "start", world.key, "--version", "9")

    assert isinstance(nameless.exception, ConfigError)
    assert isinstance(absent.exception, Reject)
    assert "есть: 1" in str(absent.exception)


async def test_a_stop_cancels_our_tenants_instances_and_nobody_elses(
    house: House, world: RestWorld, ours: RestEngine, theirs: RestEngine
) -> None:
    mine = {await world.start(tenant=world._tenants[1]) for _ in range(3)}
    foreign = await world.start(tenant=world._tenants[2])
    nobodys = await world.start()

    planned = await house.ok("processes", "stop", world.key, "--dry-run")
    assert "Экземпляров: 3" in planned
    wrong = await house.run("processes", "stop", world.key, "--reason", "r", answer="да\n")
    assert (wrong.exit_code, await running(ours, world), house.audit) == (1, mine, [])
    out = await house.ok("processes", "stop", world.key, "--reason", "ошибка", answer=f"{world.key}\n")

    assert "Отменено: 3 из 3" in out
    assert await running(ours, world) == set()
    assert await running(theirs, world) == {foreign}
    assert await running(world.operator, world) == {nobodys}
    results = [line for line in house.audit if line["phase"] == "result"]
    assert {line["target"] for line in results} == {f"экземпляр {each}" for each in mine}
    assert {(line["reason"], line["result"]) for line in results} == {("ошибка", "отменён")}


async def test_only_the_chosen_are_stopped_and_a_stranger_among_them_stops_nothing(
    house: House, world: RestWorld, ours: RestEngine
) -> None:
    first, second = [await world.start(tenant=world._tenants[1]) for _ in range(2)]
    foreign = await world.start(tenant=world._tenants[2])
    words = ("processes", "stop", world.key, "--reason", "r", "--yes")

    refused = await house.run(*words, "--instance", first, "--instance", foreign)
    assert isinstance(refused.exception, Reject)
    assert foreign in str(refused.exception)
    assert "Экземпляров: 0" in await house.ok(*words, "--version", "7")
    assert "Экземпляров: 0" in await house.ok(*words, "-b", "никто")
    assert await running(ours, world) == {first, second}

    await house.ok(*words, "--instance", first)
    assert await running(ours, world) == {second}
    assert (await house.run("processes", "stop", world.key, "--yes")).exit_code == 2, "причина обязательна"


async def test_a_delete_waits_for_the_instances_and_leaves_other_tenants_their_process(
    house: House, world: RestWorld, ours: RestEngine, theirs: RestEngine
) -> None:
    await second_version(ours, world)
    left = await world.start(tenant=world._tenants[1])
    words = ("processes", "delete", world.key, "--reason", "не нужен", "--yes")
    refused = await house.run(*words)
    assert isinstance(refused.exception, Reject)
    assert "processes stop" in str(refused.exception)

    await ours.admin.delete(left)
    assert "версии 2" in await house.ok("processes", "delete", world.key, "--dry-run")
    assert len(await versions(house, world)) == 2
    await house.ok(*words)

    assert await ours.deployments.versions(world.key) == []
    assert len(await theirs.deployments.versions(world.key)) == 1
    assert await ours.past.instance(left) is not None, "история остаётся"
    # The deployment is gone too: the same file deployed again makes a process and not "nothing has changed"
    assert (await ours.admin.deploy(world.key, {"process.bpmn": bpmn(world.key)})).definitions


async def test_the_engine_itself_keeps_a_process_whose_instance_came_meanwhile(
    world: RestWorld, ours: RestEngine
) -> None:
    instance = await world.start(tenant=world._tenants[1])
    (version,) = await ours.deployments.versions(world.key)

    for deletion in (ours.admin.delete_deployment(version.deployment_id), ours.admin.delete_definition(version.id)):
        with pytest.raises(Reject):
            await deletion

    assert await ours.admin.is_running(instance)


async def test_a_deployment_with_other_processes_in_it_stays(house: House, world: RestWorld, ours: RestEngine) -> None:
    other = f"{world.key}-other"
    files = {"a.bpmn": bpmn(world.key) + b"<!-- 2 -->", "b.bpmn": bpmn(other)}
    await ours.admin.deploy(f"{world.key}-both", files)

    out = await house.ok("processes", "delete", world.key, "--reason", "r", "--yes")

    assert f"в нём {other}" in out
    assert await ours.deployments.versions(world.key) == []
    assert len(await ours.deployments.versions(other)) == 1
    assert (house.audit[-1]["what"], house.audit[-1]["reason"]) == ("processes delete", "r")
