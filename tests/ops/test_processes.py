"""`exchanger processes` and `exchanger worker` on a real engine, through one tenant's eyes."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from exchanger.domain.outcome import Failure
from exchanger.ops.processes import open_processes
from exchanger.ops.processes_export import gathered
from exchanger.sandbox.engine import EngineProcess
from exchanger.settings import load_settings
from tests.engine.contract import take_one
from tests.engine.world import RestWorld
from tests.ops.conftest import House

pytestmark = pytest.mark.engine

LEASE = timedelta(minutes=5)


@pytest.fixture
def house(with_engine: House, world: RestWorld) -> House:
    del with_engine.environ["RABBITMQ_URL"]  # nothing of it needs the broker
    with_engine.environ["CAMUNDA_TENANT_ID"] = str(world._tenants[1])
    with_engine.environ["CAMUNDA_WORKER_ID"] = f"{world.key}-w"
    return with_engine


async def rows(house: House, *words: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (await house.run(*words, "--json")).output.splitlines()]


async def one_of_each_state(world: RestWorld, tenant: str) -> None:
    """Waiting, ours, another's, an incident, suspended; and a task of another tenant."""
    ours, other = await world.engine("w", tenant=tenant), await world.engine("x", tenant=tenant)
    await world.start(tenant=tenant)
    await take_one(ours, world.topic)
    await world.start(tenant=tenant)
    await take_one(other, world.topic)
    await world.start(tenant=tenant)
    assert await ours.settle(await take_one(ours, world.topic), Failure("сломалось", "", 0))
    await world.suspend(await world.start(tenant=tenant), suspended=True)
    await world.start(tenant=tenant)
    await world.start(tenant=world._tenants[2])


async def test_stats_count_each_task_once_by_topic_and_state_and_only_of_the_tenant(
    house: House, world: RestWorld
) -> None:
    await one_of_each_state(world, house.environ["CAMUNDA_TENANT_ID"])

    load, topic = await rows(house, "processes", "stats")

    assert load == {
        "key": world.key,
        "tenant": house.environ["CAMUNDA_TENANT_ID"],
        "versions": 1,
        "instances": 5,
        "incidents": 1,
    }
    assert topic == {
        "topic": world.topic, "waiting": 1, "ours": 1, "others": 1, "suspended": 1, "incident": 1,
    }  # fmt: skip


async def test_tasks_are_listed_with_the_state_that_the_count_gives_them(house: House, world: RestWorld) -> None:
    await one_of_each_state(world, house.environ["CAMUNDA_TENANT_ID"])

    found = await rows(house, "processes", "tasks", world.topic)

    assert sorted(row["state"] for row in found) == sorted(
        ["ждёт", "за нами", "за другим работником", "приостановлена", "инцидент"]
    )
    assert len(await rows(house, "processes", "tasks", "--limit", "2")) == 2


async def test_definitions_and_instances_are_the_tenants_own(house: House, world: RestWorld) -> None:
    mine = await world.start(tenant=house.environ["CAMUNDA_TENANT_ID"])
    await world.start(tenant=world._tenants[2])

    definitions = await rows(house, "processes", "list")
    instances = await rows(house, "processes", "instances", world.key)

    assert [(row["key"], row["tenant"]) for row in definitions] == [(world.key, house.environ["CAMUNDA_TENANT_ID"])]
    assert [row["instance"] for row in instances] == [mine]
    assert await rows(house, "processes", "instances", "nobody-knows-it") == []


async def test_the_old_options_show_what_the_commands_show(house: House, world: RestWorld) -> None:
    await world.start(tenant=house.environ["CAMUNDA_TENANT_ID"])

    for option, command in (("--stats", "stats"), ("--external-tasks", "tasks"), ("--definitions", "list")):
        assert await house.ok("processes", option) == await house.ok("processes", command)
    assert await house.ok("processes") == await house.ok("processes", "list")


async def test_the_worker_names_the_topic_whose_tasks_nobody_here_takes(
    house: House, world: RestWorld, camunda: EngineProcess
) -> None:
    # Given a task of a topic that goes to a system which this installation does not serve
    house.environ["EXCHANGER_TOPICS"] = f"{world.topic}=openproject"
    await world.start(tenant=house.environ["CAMUNDA_TENANT_ID"])

    shown = await house.run("worker")
    by_topic = {row["topic"]: row for row in await _json_of(house)}

    assert shown.exit_code == 1
    assert f"тема {world.topic}: ждёт задач 1" in shown.output
    assert by_topic[world.topic]["served"] is False
    assert by_topic["bitrix_create_task"] == {
        "topic": "bitrix_create_task", "system": "bitrix24", "queue": "bitrix24.queue", "served": True,
        "tasks": dict.fromkeys(("waiting", "ours", "others", "suspended", "incident"), 0),
    }  # fmt: skip


async def test_a_served_topic_is_no_cause_for_alarm(house: House, world: RestWorld) -> None:
    await world.start(tenant=house.environ["CAMUNDA_TENANT_ID"])

    shown = await house.ok("worker", "--stats")

    assert "ждёт 1" in shown
    assert world.topic not in shown


async def _json_of(house: House) -> list[dict[str, Any]]:
    shown = await house.run("worker", "--json")
    return [json.loads(line) for line in shown.output.splitlines() if line.startswith("{")]


async def test_an_export_holds_everything_of_the_tenant_and_no_variables(house: House, world: RestWorld) -> None:
    tenant = house.environ["CAMUNDA_TENANT_ID"]
    mine = await world.start(tenant=tenant)
    await world.start(tenant=world._tenants[2])
    file, old = house.home / "processes.json", house.home / "old.json"

    await house.ok("processes", "export", "-o", str(file))
    await house.ok("processes", "--export", str(old))

    found = json.loads(file.read_text("utf-8"))
    assert [row["id"] for row in found["instances"]] == [mine]
    assert [(row["instance"], row["state"]) for row in found["external_tasks"]] == [(mine, "waiting")]
    assert found["stats"]["processes"] == [{"key": world.key, "tenant": tenant, "instances": 1, "incidents": 0}]
    assert found["export_info"]["truncated"] == []
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(old.read_text("utf-8"))["instances"] == found["instances"]


async def test_an_export_that_was_cut_says_so(house: House, world: RestWorld) -> None:
    for _ in range(3):
        await world.start(tenant=house.environ["CAMUNDA_TENANT_ID"])
    async with open_processes(load_settings(house.environ)) as processes:
        found = await gathered(processes, None, most=2)

    assert found["export_info"]["truncated"] == ["instances", "external_tasks"]  # type: ignore[call-overload, index]
    assert len(found["instances"]) == 2  # type: ignore[arg-type]
