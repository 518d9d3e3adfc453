from exchanger.storm import Severity, convert
from exchanger.storm.names import bpmn, camunda
from tests.storm.source import INFO, KEY, UUID, convert_text, document, process, run

OTHER = "3c1f6f9a-52a5-4a5e-9a53-0d5c0f0f1a11"
OTHER_KEY = "Process_3c1f6f9a_52a5_4a5e_9a53_0d5c0f0f1a11"


def storm_call(link: str) -> bytes:
    inside = f'<bpmn:callActivity id="c" storm:StormUrl="{link}"/>'
    return document(process("start s", "s>c", inside=inside))


def test_a_linked_diagram_is_called_by_its_key_with_variables_and_business_key() -> None:
    result = convert_text(storm_call("{&quot;id&quot;: &quot;" + OTHER.upper() + "&quot;}"))
    assert result.get("c").get("calledElement") == OTHER_KEY
    passed = [dict(each.attrib) for each in result.get("c").iter(camunda("in"))]
    assert passed == [{"variables": "all"}, {"businessKey": "#{execution.processBusinessKey}"}]
    assert not list(result.get("c").iter(camunda("out")))


def test_links_name_the_target_by_uuid_or_by_key() -> None:
    xml = document(process("start s; call a; call b", "s>a; a>b"))
    converted = convert(xml, diagram=INFO, links={"a": OTHER, "b": "gotovyj_klyuch"})
    assert f'calledElement="{OTHER_KEY}"'.encode() in converted.xml
    assert b'calledElement="gotovyj_klyuch"' in converted.xml


def test_a_call_without_a_target_is_a_task_and_doubted() -> None:
    for link in ("null", "", "not json", "{}", "[1]", "{&quot;id&quot;: 5}"):
        result = convert_text(storm_call(link))
        assert result.kind("c") == "serviceTask"
        assert result.found(Severity.DOUBT, "c")
        assert result.get("c").get("calledElement") is None


def test_a_call_inside_the_document_follows_the_new_key() -> None:
    inside = '<bpmn:callActivity id="c" calledElement="Process_b"/>'
    second = process("start s2; task t2", "s2>t2", process_id="Process_b")
    result = convert_text(document(process("start s", "s>c", inside=inside), second))
    keys = [each.get("id", "") for each in result.root.iter(bpmn("process"))]
    assert keys[0] == KEY
    assert result.get("c").get("calledElement") == keys[1]


def test_a_diagram_that_calls_itself_is_doubted() -> None:
    xml = document(process("start s; call c", "s>c"))
    report = convert(xml, diagram=INFO, links={"c": UUID}).report
    assert [each.element_id for each in report.doubts] == ["c"]


def test_nothing_of_a_call_is_left_on_a_task() -> None:
    inside = (
        '<bpmn:callActivity id="c" calledElement="" camunda:calledElementBinding="latest"><bpmn:extensionElements>'
        '<camunda:in variables="all"/></bpmn:extensionElements></bpmn:callActivity>'
    )
    result = convert_text(document(process("start s", "s>c", inside=inside)))
    assert set(result.get("c").attrib) == {"id", camunda("type"), camunda("topic")}
    assert not list(result.get("c").iter(camunda("in")))
    assert run("start s; call c", "s>c").kind("c") == "serviceTask"
