"""`exchanger incidents`: what stands still, why and since when, and one more attempt for exactly the chosen."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pytest

from exchanger.domain.errors import ConfigError, Retry
from exchanger.domain.outcome import Failure
from exchanger.domain.task import ExternalTask
from exchanger.sandbox.engine import EngineProcess
from tests.engine.contract import take_one
from tests.engine.world import RestWorld
from tests.ops.conftest import House

pytestmark = pytest.mark.engine


class Fail(Protocol):
    async def __call__(self, cause: str, tenant: str | None = None) -> ExternalTask: ...


@pytest.fixture
def house(with_engine: House) -> House:
    del with_engine.environ["RABBITMQ_URL"]  # incidents need no broker
    return with_engine


@pytest.fixture
def fail(world: RestWorld) -> Fail:
    async def one(cause: str, tenant: str | None = None) -> ExternalTask:
        await world.start(tenant=tenant)
        engine = await world.engine(tenant=tenant)
        task = await take_one(engine, world.topic)
        await engine.note(task, {"exchanger_link": f"https://portal.example/task/{task.id}/"})
        assert await engine.settle(task, Failure(cause, "", 0))
        return task

    return one


async def retries(world: RestWorld, task: ExternalTask) -> int | None:
    found = await world.operator.get(task.id)
    assert found is not None
    return found.retries


async def test_list_names_cause_time_object_element_and_what_to_do(house: House, fail: Fail, world: RestWorld) -> None:
    task = await fail("Нет исполнителя. Что делать: назначьте его.")
    plain = await fail("HTTP 500")

    ours = ("incidents", "list", "--topic", world.topic)  # the engine is shared: a story that failed left its own
    lines = [json.loads(line) for line in (await house.ok(*ours, "--json")).splitlines()]

    rows = {row["task"]: row for row in lines}
    assert rows.keys() == {task.id, plain.id}
    row = rows[task.id]
    assert abs(datetime.fromisoformat(row["since"]) - datetime.now(UTC)) < timedelta(minutes=2)
    assert row["cause"] == "Нет исполнителя. Что делать: назначьте его."
    assert row["advice"] == "назначьте его."
    assert row["link"] == f"https://portal.example/task/{task.id}/"
    assert (row["element_id"], row["instance"], row["system"]) == ("a", task.process_instance_id, "bitrix24")
    assert f"--task {plain.id}" in rows[plain.id]["advice"]
    text = await house.ok(*ours)
    assert "Инцидентов: 2" in text
    assert "причина: HTTP 500" in text


async def test_retry_gives_the_chosen_one_attempt_and_nobody_else(house: House, fail: Fail, world: RestWorld) -> None:
    chosen, other = await fail("1"), await fail("2")

    planned = await house.ok("incidents", "retry", "--task", chosen.id, "--dry-run")
    assert chosen.id in planned
    assert (await retries(world, chosen), house.audit) == (0, [])
    out = await house.ok("incidents", "retry", "--task", chosen.id, "--reason", "исправлено", "--yes")

    assert "назначена одна попытка" in out
    assert (await retries(world, chosen), await retries(world, other)) == (1, 0)
    intent, result = house.audit
    assert (intent["what"], intent["target"], intent["reason"]) == (
        "incidents retry", f"задача {chosen.id}", "исправлено",
    )  # fmt: skip
    assert result["result"] == "назначена одна попытка"
    again = await take_one(await world.engine("next"), world.topic)
    assert again.id == chosen.id, "задачу снова можно взять"


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (("--system", "bitrix24"), 1),
        (("--system", "openproject"), 0),
        (("--since", "1h"), 1),
        (("--older", "1h"), 0),
        (("--topic", "another"), 0),
        (("--instance", "another"), 0),
    ],
    ids=str,
)
async def test_filters(house: House, fail: Fail, filters: tuple[str, ...], count: int) -> None:
    task = await fail("1")
    lines = (await house.ok("incidents", "list", "--json", *filters)).splitlines()
    shown = [json.loads(line)["task"] for line in lines]
    assert shown.count(task.id) == count  # the engine is shared: a story that failed left incidents of its own


async def test_topics_and_tenants_of_others_are_not_shown(
    house: House, fail: Fail, world: RestWorld, camunda: EngineProcess
) -> None:
    tenant = world._tenants[1]
    ours = await fail("наш", tenant)
    await fail("чужого арендатора")
    house.environ["CAMUNDA_TENANT_ID"] = str(tenant)

    (row,) = (await house.ok("incidents", "list", "--json")).splitlines()
    assert json.loads(row)["task"] == ours.id

    house.environ["EXCHANGER_TOPICS"] = f"{world.topic}=openproject"
    assert await house.ok("incidents", "list", "--json") == ""


async def test_all_must_be_said_and_confirmed(house: House, fail: Fail, world: RestWorld) -> None:
    task = await fail("1")
    assert (await house.run("incidents", "retry", "--reason", "r", "--yes")).exit_code == 2
    assert (await house.run("incidents", "retry", "--all", "--yes")).exit_code == 2
    assert (await house.run("incidents", "retry", "--all", "--reason", "r", answer="n\n")).exit_code == 1
    assert await retries(world, task) == 0
    await house.ok("incidents", "retry", "--all", "--reason", "r", answer="y\n")
    assert await retries(world, task) == 1


async def test_who_is_no_incident_any_more_is_left_alone(
    house: House, fail: Fail, world: RestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    task = await fail("1")
    loop = asyncio.get_running_loop()

    def confirmed(question: str) -> bool:  # while the person reads, another one retries it in Cockpit
        asyncio.run_coroutine_threadsafe(world.operator.admin.set_retries(task.id, 3), loop).result(10)
        return True

    monkeypatch.setattr("typer.confirm", confirmed)
    assert "уже не инцидент" in await house.ok("incidents", "retry", "--all", "--reason", "r")
    assert (await retries(world, task), house.audit) == (3, [])


async def test_an_unwritable_audit_refuses(house: House, fail: Fail, world: RestWorld) -> None:
    task = await fail("1")
    (house.home / "logs").write_text("не каталог")
    done = await house.run("incidents", "retry", "--all", "--reason", "r", "--yes")
    assert isinstance(done.exception, ConfigError)
    assert await retries(world, task) == 0


async def test_an_engine_that_is_away_is_said(house: House) -> None:
    house.environ["CAMUNDA_BASE_URL"] = "http://127.0.0.1:1/engine-rest"
    done = await house.run("incidents", "list")
    assert isinstance(done.exception, Retry)


async def test_hundreds_are_walked_in_pages(house: House, world: RestWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchanger.engine.incidents._PAGE", 3)
    engine = await world.engine()
    failed = []
    for _ in range(8):
        await world.start()
        task = await take_one(engine, world.topic)
        await engine.settle(task, Failure("1", "", 0))
        failed.append(task.id)
    lines = (await house.ok("incidents", "list", "--json")).splitlines()
    assert {json.loads(line)["task"] for line in lines} == set(failed)
    assert all(json.loads(line)["since"] for line in lines)
