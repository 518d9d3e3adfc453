"""Converted diagrams on the real engines: they deploy, and they run as drawn."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from secrets import token_hex

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from exchanger.domain.errors import ExchangerError, NextStepRefused
from exchanger.domain.outcome import Completed
from exchanger.domain.task import Fetched
from exchanger.domain.typed import typed
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.sandbox.engine import EngineProcess
from exchanger.storm import DiagramInfo, Policy, convert, read_assignees
from exchanger.telemetry.clock import SystemClock
from exchanger.testing.storm_diagrams import StormDiagram, storm_diagrams
from tests.storm.source import INFO, KEY, document, process
from tests.storm.test_properties import POLICIES

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]

EXAMPLES = Path(__file__).parents[2] / "examples" / "storm"
CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "camunda-bpm-examples"
TOPIC = "bitrix_create_task"
DIAGRAMS = 60


@pytest.fixture
async def engine(engine_server: EngineProcess) -> AsyncIterator[RestEngine]:
    name = f"storm-{token_hex(4)}"
    connection = EngineConnection(base_url=engine_server.url, worker_id=name, tenant_id=name)
    async with RestEngine(connection, SystemClock()) as client:
        yield client


def generated() -> list[tuple[StormDiagram, Policy]]:
    """A batch that is the same in every run, so that a refusal can be looked at again."""
    batch = []

    @settings(
        max_examples=DIAGRAMS, derandomize=True, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(storm_diagrams(), POLICIES)
    def collect(diagram: StormDiagram, policy: Policy) -> None:
        batch.append((diagram, policy))

    collect()
    return batch


async def test_every_generated_diagram_is_deployed_without_an_error(engine: RestEngine) -> None:
    batch = generated()
    assert len(batch) >= DIAGRAMS // 2
    for number, (diagram, policy) in enumerate(batch):
        converted = convert(diagram.xml, diagram=diagram.info, assignees=diagram.assignees, policy=policy)
        assert converted.report.errors == ()
        deployed = await engine.admin.deploy(f"generated-{number}", {"diagram.bpmn": converted.xml})
        assert len(deployed.definitions) == len(converted.process_keys)


async def test_the_examples_are_deployed_and_can_be_started(engine: RestEngine) -> None:
    for number, path in enumerate(sorted(EXAMPLES.glob("*.bpmn"))):
        info = DiagramInfo(f"00000000-0000-4000-8000-00000000000{number}", path.stem, "1")
        people = read_assignees(path.with_name(f"{path.stem}_assignees.json").read_bytes())
        converted = convert(path.read_bytes(), diagram=info, assignees=people)
        await engine.admin.deploy(path.stem, {path.name: converted.xml})
        for key in converted.process_keys:
            assert await engine.admin.start(key)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="нет корпуса публичных примеров Camunda (../shared/corpus)")
async def test_public_examples_that_the_engine_accepts_are_accepted_after_conversion(
    engine_server: EngineProcess,
) -> None:
    accepted, refused = 0, []
    for path in sorted(CORPUS.glob("*.bpmn")):
        if await deploys(engine_server, path.read_bytes()) is None:
            accepted += 1
            converted = convert(path.read_bytes(), diagram=INFO)
            refusal = await deploys(engine_server, converted.xml)
            if refusal is not None:
                refused.append(f"{path.name}: {refusal}")
    assert accepted > 30
    assert refused == []


async def deploys(server: EngineProcess, xml: bytes) -> str | None:
    """None, or what the engine has against the file; each time for a new tenant, so that nothing of it is there yet."""
    tenant = f"corpus-{token_hex(6)}"
    connection = EngineConnection(base_url=server.url, worker_id=tenant, tenant_id=tenant)
    async with RestEngine(connection, SystemClock()) as client:
        try:
            await client.admin.deploy("corpus", {"diagram.bpmn": xml})
        except ExchangerError as error:
            return str(error)
    return None


async def start(engine: RestEngine, xml: bytes, policy: Policy | None = None) -> str:
    converted = convert(xml, diagram=INFO, policy=policy)
    await engine.admin.deploy("diagram", {"diagram.bpmn": converted.xml})
    return await engine.admin.start(KEY, business_key="Д-1")


async def take(engine: RestEngine) -> dict[str, Fetched]:
    fetched = await engine.fetch([TOPIC], limit=10, lease=timedelta(minutes=1), wait=timedelta())
    return {each.task.activity_id: each for each in fetched}


async def complete(engine: RestEngine, task: Fetched, answer: str | None = None) -> None:
    variables = {} if answer is None else {task.task.activity_id: typed(answer)}
    assert await engine.settle(task.task, Completed(variables))


async def ended(engine: RestEngine, instance: str) -> list[str]:
    assert not await engine.admin.is_running(instance)
    return [each.activity_id for each in await engine.admin.history(instance) if each.activity_type == "noneEndEvent"]


CHOICE = document(
    process(
        "start s; task a; xor g Решение; end x; end y; end z", "s>a; a>g; g>x:Да; g>y:нет; g>z:Частично 'да' \\ нет"
    )
)


@pytest.mark.parametrize(("answer", "end"), [("ok", "x"), ("no", "y"), ("Частично 'да' \\ нет", "z")])
async def test_each_answer_leads_to_its_end(engine: RestEngine, answer: str, end: str) -> None:
    instance = await start(engine, CHOICE)
    await complete(engine, (await take(engine))["a"], answer)
    assert await ended(engine, instance) == [end]


async def test_without_an_answer_the_condition_is_false_and_not_an_unknown_property(engine: RestEngine) -> None:
    await start(engine, CHOICE)
    with pytest.raises(NextStepRefused, match="No outgoing sequence flow"):
        await complete(engine, (await take(engine))["a"])


async def test_of_two_deciding_tasks_the_one_that_ran_last_decides(engine: RestEngine) -> None:
    # Given: "a" answered no, the rework "b" answers yes
    xml = document(
        process("start s; task a; xor m; xor g Готово?; task b; end x", "s>a; a>g; g>b:нет; b>g; g>x:да"),
    )
    instance = await start(engine, xml)
    await complete(engine, (await take(engine))["a"], "no")

    # When: the loop is turned once more and then left
    await complete(engine, (await take(engine))["b"], "no")
    await complete(engine, (await take(engine))["b"], "ok")

    # Then
    assert await ended(engine, instance) == ["x"]


async def test_a_mapped_message_comes_to_whoever_waits_with_the_same_business_key(engine: RestEngine) -> None:
    xml = document(
        process(
            "start s; and f; catch:message w; task a; throw:message t; end x; end y", "s>f; f>w; f>a; a>t; t>x; w>y"
        )
    )
    instance = await start(engine, xml, Policy(messages={"w": "Оплачено", "t": "Оплачено"}))
    await complete(engine, (await take(engine))["a"])
    assert sorted(await ended(engine, instance)) == ["x", "y"]


async def test_a_chain_without_its_events_runs_to_the_end(engine: RestEngine) -> None:
    xml = document(process("start s; catch x; catch y; task a; end e", "s>x; x>y; y>a; a>e"))
    instance = await start(engine, xml)
    for expected in ("x", "y", "a"):
        await complete(engine, (await take(engine))[expected])
    assert await ended(engine, instance) == ["e"]
