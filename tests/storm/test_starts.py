import pytest

from exchanger.storm import Severity
from exchanger.storm.names import bpmn
from tests.storm.source import KEY, convert_text, document, process, run


def test_a_process_without_a_start_gets_one() -> None:
    result = run("task a; task b; end e", "a>b; b>e")
    (start,) = result.inserted("startEvent", "")
    assert result.next_of(start.get("id", "")) == ["a"]
    assert result.found(Severity.CHANGE, KEY)


def test_a_circle_without_a_start_begins_with_its_first_element() -> None:
    result = run("task a; task b", "a>b; b>a")
    (start,) = result.inserted("startEvent", "")
    assert result.next_of(start.get("id", "")) == ["a"]


def test_a_circle_begins_where_everything_else_can_be_reached_from() -> None:
    result = run("task c; task a; task b; end e", "a>b; b>a; a>c; c>e")
    (start,) = result.inserted("startEvent", "")
    assert result.next_of(start.get("id", "")) in (["a"], ["b"])
    assert not result.found(Severity.DOUBT, KEY)


def test_several_fragments_without_a_start_all_begin_and_are_doubted() -> None:
    result = run("task a; task b; task c", "a>b")
    (start,) = result.inserted("startEvent", "")
    assert result.next_of(start.get("id", "")) == ["a", "c"]
    assert result.found(Severity.DOUBT, KEY)


def test_a_fragment_beside_a_start_is_kept_and_named() -> None:
    result = run("start s; task a; task lost; task lost2", "s>a; lost>lost2")
    assert result.has("lost2")
    assert result.found(Severity.DOUBT, "lost")


def test_only_one_start_begins_by_itself() -> None:
    result = run("start s1; start s2 Второе; task a", "s1>a; s2>a")
    definition = result.get("s2").find(bpmn("messageEventDefinition"))
    assert definition is not None
    assert result.get(definition.get("messageRef", "")).get("name") == f"{KEY}.s2"
    assert len(result.get("s1").findall(bpmn("messageEventDefinition"))) == 0
    assert result.found(Severity.DOUBT, "s2")


@pytest.mark.parametrize("starts", ["", "start x;", "start x; start y;"])
def test_a_sub_process_has_exactly_one_start(starts: str) -> None:
    names = [each.split()[1] for each in starts.split(";") if each.strip()]
    flows = "".join(f'<bpmn:sequenceFlow id="f_{name}" sourceRef="{name}" targetRef="in"/>' for name in names)
    inner = "".join(f'<bpmn:startEvent id="{name}"/>' for name in names)
    inside = f'<bpmn:subProcess id="p">{inner}<bpmn:task id="in"/>{flows}</bpmn:subProcess>'
    result = convert_text(document(process("start s; end e", "s>p; p>e", inside=inside)))
    assert len(result.get("p").findall(bpmn("startEvent"))) == 1
    assert all(result.has(name) for name in names)


def test_a_start_inside_a_sub_process_needs_no_event() -> None:
    inside = (
        '<bpmn:subProcess id="p"><bpmn:startEvent id="x"><bpmn:messageEventDefinition/>'
        "</bpmn:startEvent></bpmn:subProcess>"
    )
    result = convert_text(document(process("start s", "s>p", inside=inside)))
    assert len(result.get("x").findall(bpmn("messageEventDefinition"))) == 0
    assert result.found(Severity.LOSS, "x")
