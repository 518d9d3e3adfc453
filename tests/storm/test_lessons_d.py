"""D1-D18 of the predecessor's lessons: each happened, none may happen again."""

import json

from lxml import etree

from exchanger.storm import Assignee, DiagramInfo, Policy, Severity, Unmapped, convert
from exchanger.storm.names import DC, DI, OMG_DI, bpmn, camunda
from tests.storm.graph import Graph
from tests.storm.source import INFO, KEY, convert_text, document, process, run

DROP = Policy(catches=Unmapped.DROP, throws=Unmapped.DROP)
DECISION = "start s; task a; xor g Согласовано?; end x; end y"


def test_d1_a_chain_of_two_events_leads_to_a_node_that_is_there() -> None:
    result = run("start s; catch x; throw:message y; end e", "s>x; x>y; y>e", DROP)
    assert result.next_of("s") == ["e"]
    assert Graph(result.root).reachable() == {"s", "e"}


def test_d2_an_event_with_two_inputs_leaves_no_flow_dangling() -> None:
    result = run("start s; task a; task b; catch w; end e", "s>a; s>b; a>w; b>w; w>e", DROP)
    assert result.ends("a_w") == ("a", "e")
    assert result.ends("b_w") == ("b", "e")


def test_d3_a_diagram_without_a_pool_is_executable() -> None:
    assert run("start s; task a", "s>a").get(KEY).get("isExecutable") == "true"


def test_d4_a_condition_of_the_diagram_gets_no_second_one() -> None:
    inside = (
        '<bpmn:sequenceFlow id="p" name="да" sourceRef="g" targetRef="x"><bpmn:conditionExpression>${a}'
        "</bpmn:conditionExpression></bpmn:sequenceFlow>"
        '<bpmn:sequenceFlow id="q" name="нет" sourceRef="g" targetRef="y"/>'
    )
    result = convert_text(document(process(DECISION, "s>a; a>g", inside=inside)))
    assert [each.text for each in result.get("p").iter(bpmn("conditionExpression"))] == ["${a}"]


def test_d5_timers_of_starts_and_boundaries_are_never_left_without_their_definition() -> None:
    result = run("start:timer s; task a; on:timer t@a; end e; end f", "s>a; a>e; t>f")
    assert result.found(Severity.LOSS, "s")
    assert result.found(Severity.LOSS, "t")
    assert any(str(child.tag).endswith("EventDefinition") for child in result.get("t"))


def test_d6_children_stand_in_the_order_of_the_schema(schema: etree.XMLSchema) -> None:
    inside = (
        '<bpmn:userTask id="a"><bpmn:documentation>Описание</bpmn:documentation><bpmn:incoming>s_a</bpmn:incoming>'
        "<bpmn:ioSpecification><bpmn:inputSet/><bpmn:outputSet/></bpmn:ioSpecification><bpmn:multiInstanceLoopCharacteristics"
        ' camunda:collection="c"/></bpmn:userTask>'
    )
    people = (Assignee("a", "Юрист", "17"),)
    result = convert_text(document(process("start s; end e", "s>a; a>e", inside=inside)), assignees=people)
    schema.assertValid(result.root)
    assert [etree.QName(child).localname for child in result.get("a")] == [
        "documentation", "extensionElements", "incoming", "outgoing", "ioSpecification",
        "multiInstanceLoopCharacteristics",
    ]  # fmt: skip


def test_d7_a_call_that_became_a_task_keeps_no_called_element() -> None:
    inside = '<bpmn:callActivity id="c" calledElement="" camunda:calledElementVersion="3"/>'
    result = convert_text(document(process("start s", "s>c", inside=inside)))
    assert set(result.get("c").attrib) == {"id", camunda("type"), camunda("topic")}


def test_d8_sending_receiving_scripts_and_rules_are_converted_too() -> None:
    result = run("start s; sendTask a; receiveTask b; scriptTask c; businessRuleTask d", "s>a; a>b; b>c; c>d")
    assert {result.kind(each) for each in "abcd"} == {"serviceTask"}


def test_d9_lanes_name_what_is_there_and_hold_what_was_added() -> None:
    lanes = (
        '<bpmn:laneSet id="L"><bpmn:lane id="l1"><bpmn:flowNodeRef>s</bpmn:flowNodeRef>'
        "<bpmn:flowNodeRef>w</bpmn:flowNodeRef>"
        '</bpmn:lane><bpmn:lane id="l2"><bpmn:flowNodeRef>g</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    )
    xml = document(process("start s; catch w; xor g; end x; end y", "s>w; w>g; g>x:да; g>y:нет", inside=lanes))
    result = convert_text(xml, DROP)
    (task,) = result.inserted("serviceTask", "")
    held = {lane: [each.text for each in result.get(lane).iter(bpmn("flowNodeRef"))] for lane in ("l1", "l2")}
    assert held == {"l1": ["s"], "l2": ["g", task.get("id")]}


def test_d10_answers_with_spaces_and_additions_are_recognised_and_defaults_inferred() -> None:
    result = run(DECISION, "s>a; a>g; g>x:Да ; g>y:Нет, на доработку")
    assert result.condition("g_x") == '${execution.getVariable("a") == "ok"}'
    assert result.condition("g_y") == '${execution.getVariable("a") == "no"}'
    single = (
        '<bpmn:sequenceFlow id="p" sourceRef="g" targetRef="x">'
        "<bpmn:conditionExpression>${a}</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
    assert convert_text(document(process("start s; xor g; end x", "s>g", inside=single))).condition("p") is None


def test_d11_an_inclusive_gateway_s_default_flow_keeps_no_condition_either() -> None:
    inside = (
        '<bpmn:inclusiveGateway id="g" default="p"/><bpmn:sequenceFlow id="p" sourceRef="g" targetRef="x">'
        "<bpmn:conditionExpression>${a}</bpmn:conditionExpression></bpmn:sequenceFlow>"
    )
    result = convert_text(document(process("start s; task a; end x; end y", "s>a; a>g; g>y:да", inside=inside)))
    assert result.condition("p") is None


def test_d12_two_diagrams_of_one_template_do_not_become_versions_of_each_other() -> None:
    xml = document(process("start s; task a", "s>a"))
    keys = {
        convert(xml, diagram=DiagramInfo(uuid)).process_keys
        for uuid in (INFO.uuid, "11111111-2222-4333-8444-555555555555")
    }
    assert len(keys) == 2


def test_d13_ids_of_new_elements_are_the_same_in_every_run_and_version() -> None:
    nodes, flows = "start s; xor g Нужен аванс?; end x; end y", "s>g; g>x:да; g>y:нет"
    (first,) = run(nodes, flows).inserted("serviceTask", "")
    later = convert_text(document(process(f"{nodes}; task z Новая", f"{flows}; x>z")), version="8")
    (second,) = later.inserted("serviceTask", "z")
    assert first.get("id") == second.get("id")
    other = convert_text(document(process(nodes, flows)), uuid="11111111-2222-4333-8444-555555555555")
    assert other.inserted("serviceTask", "")[0].get("id") != first.get("id")


def test_d14_coordinates_may_be_fractions() -> None:
    plane = (
        f'<x:BPMNDiagram xmlns:x="{DI}" xmlns:c="{DC}" xmlns:w="{OMG_DI}"><x:BPMNPlane bpmnElement="Process_1d4oa6g46">'
        '<x:BPMNShape id="gd" bpmnElement="g"><c:Bounds x="300.5" y="99.25" width="50.0" height="50"/></x:BPMNShape>'
        '<x:BPMNShape id="sd" bpmnElement="s"><c:Bounds x="-1e2" y="1.5" width="36" height="36"/></x:BPMNShape>'
        '<x:BPMNEdge id="ed" bpmnElement="s_g"><w:waypoint x="-64.0" y="19.5"/>'
        '<w:waypoint x="300.5" y="124.25"/></x:BPMNEdge>'
        "</x:BPMNPlane></x:BPMNDiagram>"
    )
    result = convert_text(document(process("start s; xor g; end x; end y", "s>g; g>x:да; g>y:нет"), plane))
    (task,) = result.inserted("serviceTask", "")
    bounds = result.get(f"{task.get('id')}_di").find(f"{{{DC}}}Bounds")
    assert bounds is not None
    assert (bounds.get("x"), bounds.get("y")) == ("300.5", "84.25")


def test_d15_each_pool_gets_what_belongs_to_it() -> None:
    pools = (
        '<bpmn:collaboration id="C"><bpmn:participant id="P1" name="Первый" processRef="Process_1d4oa6g46"/>'
        '<bpmn:participant id="P2" name="Второй" processRef="Process_b"/></bpmn:collaboration>'
    )
    second = process("xor g; end x; end y", "g>x:да; g>y:нет", process_id="Process_b")
    result = convert_text(document(pools, process("start s; task a", "s>a"), second))
    key = result.converted.process_keys[1]
    assert {child.get("id") for child in result.get(key) if child.tag == bpmn("endEvent")} == {"x", "y"}
    assert len(result.get(key).findall(bpmn("startEvent"))) == 1
    assert len(result.get(key).findall(bpmn("serviceTask"))) == 1
    (plane,) = result.root.iter(f"{{{DI}}}BPMNPlane")
    assert plane.get("bpmnElement") == "C"


def test_d16_the_deciding_task_has_run_on_whichever_path_was_taken() -> None:
    result = run(
        "start s; task q; xor k; task a; xor g; end x; end y", "s>q; q>k; k>a:да; k>g:нет; a>g; g>x:да; g>y:нет"
    )
    (task,) = result.inserted("serviceTask", "a q")
    assert result.ends("k_g") == ("k", task.get("id"))
    for answering in ("a", task.get("id", "")):
        assert [each.get("name") for each in result.get(answering).iter(camunda("outputParameter"))] == ["g_answer"]


def test_d17_ten_thousand_elements_take_no_quadratic_time_and_findings_are_data() -> None:
    count = 2000
    nodes = "start n0;" + ";".join(f"task n{number}" for number in range(1, count))
    flows = ";".join(f"n{number}>n{number + 1}" for number in range(count - 1))
    report = convert(document(process(nodes, flows)), diagram=INFO).report
    assert len(json.loads(report.json())["findings"]) == len(report.findings) >= count - 1


def test_d18_the_one_line_form_and_numbered_lists_are_check_lists() -> None:
    people = (
        Assignee("a", description="ЧЕКЛИСТ: Дела • первое • второе"),
        Assignee("b", description="<p>ЧЕКЛИСТ: Дела</p><ol><li>первое</li><li>второе</li></ol>"),
    )
    result = convert_text(document(process("start s; task a; task b", "s>a; a>b")), assignees=people)
    expected = '[{"name":"Дела","items":["первое","второе"]}]'
    assert [result.properties(each)["checklists"] for each in "ab"] == [expected, expected]
