"""The examples on real engines: they deploy, every branch is walked, the loop turns, the join joins."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

import pytest

from exchanger.domain.errors import NextStepRefused
from exchanger.domain.outcome import Completed
from exchanger.domain.task import Fetched
from exchanger.domain.typed import typed
from exchanger.domain.variables import VariableType
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.sandbox.engine import EngineProcess
from exchanger.telemetry.clock import SystemClock

pytestmark = pytest.mark.engine

EXAMPLES = Path(__file__).parents[2] / "examples"
TOPIC = "bitrix_create_task"
LEASE = timedelta(minutes=1)


@pytest.fixture
async def engine(engine_server: EngineProcess) -> AsyncIterator[RestEngine]:
    name = f"examples-{token_hex(4)}"
    connection = EngineConnection(base_url=engine_server.url, worker_id=name, tenant_id=name)
    async with RestEngine(connection, SystemClock()) as client:
        files = {path.name: path.read_bytes() for path in EXAMPLES.glob("*.bpmn")}
        deployed = await client.admin.deploy("examples", files)
        assert len(deployed.definitions) == len(files) == 2
        yield client


async def take(engine: RestEngine) -> dict[str, Fetched]:
    fetched = await engine.fetch([TOPIC], limit=10, lease=LEASE, wait=timedelta())
    return {each.task.activity_id: each for each in fetched}


async def complete(engine: RestEngine, fetched: Fetched, answer: str | None = None) -> None:
    variables = {} if answer is None else {fetched.task.activity_id: typed(answer)}
    assert await engine.settle(fetched.task, Completed(variables))


async def passed(engine: RestEngine, instance: str, kind: str) -> list[str]:
    return [step.activity_id for step in await engine.admin.history(instance) if step.activity_type == kind]


async def test_a_contract_is_reworked_until_it_is_approved_and_both_branches_join(engine: RestEngine) -> None:
    # Given
    variables = {"startedBy": typed(3), "yurist": typed("olga.popova@portal.example"), "kontragent": typed("Ромашка")}
    instance = await engine.admin.start("soglasovanie_dogovora", variables, business_key="Д-1")

    # When
    (first,) = (await take(engine)).values()
    await complete(engine, first)
    for answer in ("no", "ok"):
        approval = (await take(engine))["Activity_soglasovat"]
        await complete(engine, approval, answer)
        if answer == "no":
            await complete(engine, (await take(engine))["Activity_dorabotat"])
    branches = await take(engine)
    for branch in branches.values():
        await complete(engine, branch)

    # Then
    assert branches.keys() == {"Activity_podpisat", "Activity_schet"}
    assert not await engine.admin.is_running(instance)
    assert await passed(engine, instance, "noneEndEvent") == ["End_dogovor_zaklyuchen"]
    assert (await passed(engine, instance, "serviceTask")).count("Activity_soglasovat") == 2


async def test_inputs_survive_absent_variables_and_deadlines_are_dates(engine: RestEngine) -> None:
    # Given: nobody named the lawyer
    await engine.admin.start("soglasovanie_dogovora", {"startedBy": typed(3)})

    # When
    await complete(engine, (await take(engine))["Activity_podgotovit"])
    approval = (await take(engine))["Activity_soglasovat"]

    # Then
    assert approval.variables["responsible"].value is None
    assert approval.variables["deadline"].type is VariableType.DATE
    assert "null" not in str(approval.variables["description"].value)


async def test_without_an_answer_the_engine_refuses_instead_of_guessing(engine: RestEngine) -> None:
    # Given
    await engine.admin.start("pervaya_zadacha", {"startedBy": typed(3)})
    asked = (await take(engine))["Activity_otvetit"]

    # When, then
    with pytest.raises(NextStepRefused, match="No outgoing sequence flow"):
        await engine.settle(asked.task, Completed({}))


@pytest.mark.parametrize(("answer", "end"), [("ok", "End_rabotaet"), ("no", "End_ne_rabotaet")])
async def test_the_first_task_ends_as_answered(engine: RestEngine, answer: str, end: str) -> None:
    instance = await engine.admin.start("pervaya_zadacha", {"startedBy": typed(3)})
    await complete(engine, (await take(engine))["Activity_otvetit"], answer)
    assert await passed(engine, instance, "noneEndEvent") == [end]
