import pytest

from exchanger.storm import Policy, Severity
from exchanger.storm.names import bpmn, camunda
from tests.storm.source import Result, convert_text, document, process, run

KINDS = ("task", "userTask", "manualTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask", "serviceTask")


def external(result: Result, element_id: str) -> bool:
    found = result.get(element_id)
    return found.tag == bpmn("serviceTask") and found.get(camunda("type")) == "external"


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_task_becomes_an_external_task(kind: str) -> None:
    result = run(f"start s; {kind} a Согласовать; end e", "s>a; a>e")
    assert external(result, "a")
    assert result.get("a").get(camunda("topic")) == "bitrix_create_task"
    assert result.get("a").get("name") == "Согласовать"
    assert result.found(Severity.CHANGE, "a")


def test_the_topic_is_chosen_by_element_then_by_kind_then_for_all() -> None:
    policy = Policy(topic="общий", topics={"b": "особый", "sendTask": "send_email"})
    result = run("start s; task a; task b; sendTask c", "s>a; a>b; b>c", policy)
    assert [result.get(each).get(camunda("topic")) for each in "abc"] == ["общий", "особый", "send_email"]


@pytest.mark.parametrize(
    "inside",
    [
        '<bpmn:userTask id="a" camunda:assignee="demo"/>',
        '<bpmn:scriptTask id="a" scriptFormat="groovy"><bpmn:script>1 + 1</bpmn:script></bpmn:scriptTask>',
        '<bpmn:businessRuleTask id="a" camunda:decisionRef="d"/>',
        '<bpmn:serviceTask id="a" camunda:expression="${1}"/>',
        '<bpmn:sendTask id="a" camunda:delegateExpression="${mail}"/>',
        '<bpmn:serviceTask id="a" camunda:type="external" camunda:topic="своя"/>',
    ],
)
def test_what_the_engine_can_execute_stays(inside: str) -> None:
    before = document(process("start s", "s>a", inside=inside))
    result = convert_text(before)
    assert result.kind("a") == inside.split(" ", 1)[0].removeprefix("<bpmn:")
    assert not result.found(Severity.CHANGE, "a")


def test_leftovers_of_the_former_kind_are_removed_and_content_is_reported() -> None:
    inside = (
        '<bpmn:receiveTask id="a" messageRef="nothing" instantiate="true"/>'
        '<bpmn:scriptTask id="b"><bpmn:script>x = 1</bpmn:script></bpmn:scriptTask>'
    )
    result = convert_text(document(process("start s", "s>a; a>b", inside=inside)))
    assert set(result.get("a").attrib) == {"id", camunda("type"), camunda("topic")}
    assert result.found(Severity.LOSS, "b")


def test_loops_without_a_number_run_once_and_say_so() -> None:
    inside = (
        '<bpmn:task id="a"><bpmn:multiInstanceLoopCharacteristics/></bpmn:task>'
        '<bpmn:task id="b"><bpmn:standardLoopCharacteristics/></bpmn:task>'
        '<bpmn:task id="c"><bpmn:multiInstanceLoopCharacteristics camunda:collection="people"/></bpmn:task>'
    )
    result = convert_text(document(process("start s", "s>a; a>b; b>c", inside=inside)))
    assert result.found(Severity.LOSS, "a")
    assert result.found(Severity.LOSS, "b")
    assert result.get("c").find(bpmn("multiInstanceLoopCharacteristics")) is not None
    assert not result.found(Severity.LOSS, "c")


def test_an_empty_sub_process_is_a_task_and_an_ad_hoc_one_an_ordinary_one() -> None:
    inside = (
        '<bpmn:subProcess id="a"/><bpmn:adHocSubProcess id="b"><bpmn:task id="c"/><bpmn:task id="d"/>'
        "</bpmn:adHocSubProcess>"
    )
    result = convert_text(document(process("start s", "s>a; a>b", inside=inside)))
    assert external(result, "a")
    assert result.kind("b") == "subProcess"
    assert result.found(Severity.LOSS, "b")
    (start,) = result.get("b").iter(bpmn("startEvent"))
    assert sorted(result.next_of(start.get("id", ""))) == ["c", "d"]
