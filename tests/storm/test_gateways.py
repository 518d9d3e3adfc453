"""Gateways that the engine refuses as they are drawn."""

import pytest

from exchanger.storm import Policy, Severity
from exchanger.storm.names import bpmn
from tests.storm.source import convert_text, document, process, run


def test_an_event_gateway_with_events_that_can_come_stays() -> None:
    policy = Policy(messages={"m": "Оплачено"})
    result = run(
        "start s; events g; catch:timer t через 3 дня; catch:message m; end e", "s>g; g>t; g>m; t>e; m>e", policy
    )
    assert result.kind("g") == "eventBasedGateway"
    assert not result.converted.report.losses


def test_an_event_gateway_with_hopeless_events_asks_a_person() -> None:
    result = run(
        "start s; task a; events g Что пришло?; catch:timer t не понять; receiveTask r Пришла оплата; end x; end y",
        "s>a; a>g; g>t; g>r; t>x; r>y",
    )
    assert result.kind("g") == "exclusiveGateway"
    assert {each.element_id for each in result.converted.report.losses} == {"g", "t"}
    assert result.properties("a")["UF_RESULT_ANSWERS"] == '["не понять", "Пришла оплата"]'
    assert result.condition("g_t") == '${execution.getVariable("a") == "не понять"}'
    assert result.ends("g_t") == ("g", "x")


def test_a_complex_gateway_becomes_inclusive_and_is_doubted() -> None:
    result = run("start s; complex g; task a; task b", "s>g; g>a; g>b")
    assert result.kind("g") == "inclusiveGateway"
    assert result.found(Severity.DOUBT, "g")


@pytest.mark.parametrize("kind", ["xor", "or"])
def test_a_gateway_that_leads_nowhere_gets_an_end(kind: str) -> None:
    result = run(f"start s; {kind} g", "s>g")
    (end,) = result.inserted("endEvent", "")
    assert result.next_of("g") == [end.get("id")]


def test_joins_are_untouched() -> None:
    result = run("start s; and f; task a; task b; and j; xor m; end e", "s>f; f>a; f>b; a>j; b>j; j>m; m>e")
    assert not {"f", "j", "m"} & {each.element_id for each in result.converted.report.findings}
    assert [result.kind(each) for each in "fjm"] == ["parallelGateway", "parallelGateway", "exclusiveGateway"]


def test_answers_on_a_parallel_gateway_are_doubted_not_used() -> None:
    result = run("start s; and g; task a; task b", "s>g; g>a:да; g>b:нет")
    assert result.found(Severity.DOUBT, "g")
    assert result.get("g_a").find(bpmn("conditionExpression")) is None


def test_a_link_behind_an_event_gateway_stays_for_its_other_half() -> None:
    inside = (
        '<bpmn:intermediateThrowEvent id="t"><bpmn:linkEventDefinition name="A"/></bpmn:intermediateThrowEvent>'
        '<bpmn:intermediateCatchEvent id="c"><bpmn:linkEventDefinition name="A"/></bpmn:intermediateCatchEvent>'
    )
    result = convert_text(document(process("start s; events g; end e", "s>g; s>t; g>c; c>e", inside=inside)))
    assert result.kind("g") == "exclusiveGateway"
    assert [result.kind(each) for each in "tc"] == ["intermediateThrowEvent", "intermediateCatchEvent"]
