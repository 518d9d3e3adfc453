"""Every rule finds its fault and is silent about the mended document; what the converter makes has no error."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from exchanger.storm import DiagramInfo, convert, read_assignees
from exchanger.storm.gate.finding import Source
from exchanger.storm.gate.inspect import inspect
from exchanger.storm.gate.juel import read
from exchanger.storm.gate.scene import Known
from exchanger.storm.gate.table import RULES
from exchanger.storm.report import Severity
from exchanger.testing.storm_diagrams import StormDiagram, storm_diagrams
from tests.storm_gate.cases import CASES, GOOD, Case, document, line, process, task

ROOT = Path(__file__).parents[2]
KNOWN = Known(frozenset({"x"}))
SEVERITIES = {rule.code: rule.severity for rule in RULES}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_each_rule_names_the_element_and_says_what_to_do(case: Case) -> None:
    found = [each for each in inspect(case.bad, KNOWN) if each.code == case.code]

    assert case.element in [each.element_id for each in found]
    assert all(each.remedy and (each.line or each.kind == "definitions") and "{}" not in each.what for each in found)
    assert inspect(case.mended, KNOWN) == ()


def test_the_table_has_a_case_for_each_rule_and_no_code_twice() -> None:
    codes = [rule.code for rule in RULES]

    assert len(set(codes)) == len(codes)
    assert {case.code for case in CASES} == set(codes)
    assert not [case.code for case in CASES if case.refused and SEVERITIES[case.code] is not Severity.ERROR]


def test_a_fault_of_the_schema_is_told_in_words_with_its_element_and_line() -> None:
    broken = GOOD.replace(b"<endEvent", b"\n\n<endEvent").replace(
        b'<endEvent id="e"/>', b'<endEvent id="e"><foo/></endEvent>'
    )

    (found,) = [each for each in inspect(broken, KNOWN) if each.source is Source.SCHEMA]

    assert (found.element_id, found.kind, found.line) == ("e", "endEvent", 3)
    assert "«foo»" in found.what


@pytest.mark.parametrize(
    ("spoiled", "said"),
    [
        (GOOD.replace(b"camunda:type", b"typ"), "не бывает атрибута «typ»"),
        (GOOD.replace(b'="true"', b'="maybe"'), "недопустимое значение «maybe» в атрибуте «isExecutable»"),
        (GOOD.replace(b"></serviceTask>", b"><incoming>i</incoming><documentation/></serviceTask>"), "не на своём"),
        (document("<receiveTask/>", process(line(task()))), "«receiveTask» здесь не допускается"),
    ],
)  # fmt: skip
def test_the_schema_speaks_russian(spoiled: bytes, said: str) -> None:
    assert any(said in each.what for each in inspect(spoiled, KNOWN) if each.source is Source.SCHEMA)


@pytest.mark.parametrize(
    "hostile",
    [b"", b"<a", b"<a/>", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>', b"<a>" * 10_000],
)
def test_what_cannot_be_read_is_one_error(hostile: bytes) -> None:
    (found,) = inspect(hostile)

    assert found.severity is Severity.ERROR
    assert found.what
    assert found.remedy


def test_topics_are_not_judged_when_nobody_knows_them() -> None:
    strange = GOOD.replace(b'topic="x"', b'topic="nobody"')

    assert inspect(strange) == ()
    assert [each.code for each in inspect(strange, KNOWN)] == ["unserved-topic"]


@pytest.mark.parametrize(
    "text",
    [
        '${execution.getVariable("a") == "ok"}', "${a && !b || c.d[0] > 1.5}", "${empty x ? 'да' : \"нет\"}",
        "#{f(1, x).y()}",
        "начало ${a} середина ${b} конец",
        "${a eq null and not b}", "${-x + 2 * (y % 3) le 4}", "без выражений", "${'}'}",
    ],
)  # fmt: skip
def test_right_expressions_are_right(text: str) -> None:
    assert read(text).fault == ""


@pytest.mark.parametrize(
    "text",
    [
        "${",
        "${}",
        "${x == }",
        "${x = 1}",
        "${'x}",
        "${(x}",
        "${x y}",
        "${a.}",
        "${f(1,)}",
        "${x @ y}",
        "${" + "(" * 5000,
    ],
)
def test_wrong_expressions_are_wrong(text: str) -> None:
    assert read(text).fault


def test_an_expression_names_its_variables() -> None:
    reading = read('${a.b == c && f(d) && execution.getVariable("e") != true}')

    assert reading.names == {"a", "c", "d"}
    assert reading.asked == {"e"}


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.bpmn")), ids=lambda path: path.name)
def test_the_examples_pass(path: Path) -> None:
    assert [str(each) for each in inspect(path.read_bytes()) if each.severity is Severity.ERROR] == []


@pytest.mark.parametrize("path", sorted((ROOT / "examples" / "storm").glob("*.bpmn")), ids=lambda path: path.name)
def test_the_converted_examples_pass(path: Path) -> None:
    people = read_assignees(path.with_name(f"{path.stem}_assignees.json").read_bytes())
    made = convert(path.read_bytes(), diagram=DiagramInfo("0a1b2c3d-1111-4222-8333-444455556666"), assignees=people)

    assert [str(each) for each in inspect(made.xml) if each.severity is Severity.ERROR] == []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(storm_diagrams())
def test_every_generated_diagram_passes_after_conversion(diagram: StormDiagram) -> None:
    made = convert(diagram.xml, diagram=diagram.info, assignees=diagram.assignees)

    assert [str(each) for each in inspect(made.xml) if each.severity is Severity.ERROR] == []


def test_the_reference_names_every_rule_with_its_words() -> None:
    told = (ROOT / "docs" / "reference" / "gate.md").read_text("utf-8")

    for rule in RULES:
        assert f"| `{rule.code}` | {rule.what.replace('{}', '…')} | {rule.remedy.format()} |" in told
