"""Public diagrams of Camunda that need no change behave after conversion as before it; outside CI, where they lie."""

from pathlib import Path

import pytest

from exchanger.domain.errors import ExchangerError
from exchanger.ops.rehearsal import Limits, Rehearsed, open_rehearsal, prepare_bytes
from exchanger.sandbox.engine import EngineProcess
from exchanger.storm import DiagramInfo, Severity, convert
from exchanger.telemetry.clock import SystemClock

CORPUS = Path(__file__).parents[3] / "shared" / "corpus" / "camunda-bpm-examples"
INFO = DiagramInfo("11111111-0000-4000-8000-000000000001", "Публичный пример")
BRIEF = Limits(plays=20, steps=40, seconds=15)

pytestmark = [
    pytest.mark.engine,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not CORPUS.is_dir(), reason="нет корпуса публичных примеров Camunda (../shared/corpus)"),
]


async def test_public_examples_behave_the_same_where_nothing_had_to_change(camunda: EngineProcess) -> None:
    compared, different = 0, []
    for path in sorted(CORPUS.glob("*.bpmn")):
        before = path.read_bytes()
        converted = convert(before, diagram=INFO)
        grave = [each for each in converted.report.findings if each.severity is not Severity.CHANGE]
        if grave or (first := await explored(camunda, before)) is None:
            continue
        compared += 1
        second = await explored(camunda, converted.xml)
        if second is None or behaviour(second) != behaviour(first):
            different.append(path.name)
    assert compared
    assert different == []


async def explored(engine: EngineProcess, xml: bytes) -> Rehearsed | None:
    """None: the engine or the rehearsal refuses the file as it is."""
    try:
        prepared = prepare_bytes("public.bpmn", {"public.bpmn": xml})
        async with open_rehearsal(prepared, engine.url, SystemClock()) as rehearsal:
            return await rehearsal.explore(BRIEF)
    except ExchangerError:
        return None


def behaviour(report: Rehearsed) -> tuple[object, ...]:
    return (
        {flow.id: flow.reach for flow in report.flows},
        sorted((play.ended, sorted(play.ends)) for play in report.plays),
    )
