"""The promises over generated diagrams: valid, whole, honest, repeatable."""

from collections import Counter

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from exchanger.storm import Converted, Policy, Unmapped, convert
from exchanger.storm.names import DI, OMG_DI, bpmn, kind_of
from exchanger.testing.storm_diagrams import StormDiagram, storm_diagrams
from tests.storm.graph import Graph, definitions, flows_of, nodes_of

POLICIES = st.builds(
    Policy,
    catches=st.sampled_from([Unmapped.TASK, Unmapped.DROP, Unmapped.MESSAGE]),
    throws=st.sampled_from([Unmapped.TASK, Unmapped.DROP]),
    ends=st.sampled_from([Unmapped.TASK, Unmapped.DROP]),
    boundaries=st.sampled_from([Unmapped.MESSAGE, Unmapped.DROP]),
)
generated = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@generated
@given(storm_diagrams(), POLICIES)
def test_the_result_is_valid_by_the_omg_schema(schema: etree.XMLSchema, diagram: StormDiagram, policy: Policy) -> None:
    schema.assertValid(etree.fromstring(diagram.xml))
    schema.assertValid(etree.fromstring(convert_(diagram, policy).xml))


@generated
@given(storm_diagrams(), POLICIES)
def test_a_second_conversion_changes_nothing(diagram: StormDiagram, policy: Policy) -> None:
    first = convert_(diagram, policy)
    assert convert(first.xml, diagram=diagram.info, assignees=diagram.assignees, policy=policy).xml == first.xml


@generated
@given(storm_diagrams())
def test_the_same_input_gives_the_same_bytes_and_report(diagram: StormDiagram) -> None:
    assert convert_(diagram) == convert_(diagram)


@generated
@given(storm_diagrams(), POLICIES)
def test_every_node_is_reachable_that_was_unless_its_loss_is_reported(diagram: StormDiagram, policy: Policy) -> None:
    converted = convert_(diagram, policy)
    lost = {each.element_id for each in converted.report.losses}
    before = Graph(etree.fromstring(diagram.xml)).reachable()
    after = Graph(etree.fromstring(converted.xml)).reachable()
    cut = _behind(diagram.xml, lost) if policy.boundaries is Unmapped.DROP else set()
    assert before - after - lost - cut == set()


@generated
@given(storm_diagrams(), POLICIES)
def test_nothing_disappears_silently(diagram: StormDiagram, policy: Policy) -> None:
    source, converted = etree.fromstring(diagram.xml), convert_(diagram, policy)
    result = etree.fromstring(converted.xml)
    lost = {each.element_id for each in converted.report.losses}
    told = {each.element_id for each in converted.report.findings}
    after, remaining = nodes_of(result), {each.get("id") for each in result.iter()}
    for node_id, node in nodes_of(source).items():
        if node_id not in after or set(definitions(node)) - set(definitions(after[node_id])):
            assert node_id in lost
        elif kind_of(node) != kind_of(after[node_id]):
            assert node_id in told
    for flow_id, flow in flows_of(source).items():
        if flow_id not in flows_of(result):
            assert {flow_id, flow.get("sourceRef"), flow.get("targetRef")} & lost
    for kind in (
        "participant",
        "lane",
        "textAnnotation",
        "messageFlow",
        "association",
        "multiInstanceLoopCharacteristics",
    ):
        for element in source.iter(bpmn(kind)):
            parent = element.getparent()
            assert parent is not None
            assert element.get("id") in remaining or {element.get("id"), parent.get("id")} & lost


@generated
@given(storm_diagrams())
def test_everything_is_drawn_and_nothing_else(diagram: StormDiagram) -> None:
    root = etree.fromstring(convert_(diagram).xml)
    shapes = Counter(each.get("bpmnElement") for each in root.iter(f"{{{DI}}}BPMNShape"))
    edges = {
        each.get("bpmnElement"): len(each.findall(f"{{{OMG_DI}}}waypoint")) for each in root.iter(f"{{{DI}}}BPMNEdge")
    }
    ids = {each.get("id") for each in root.iter(f"{bpmn('')}*")}
    assert set(nodes_of(root)) <= shapes.keys()
    assert set(flows_of(root)) <= edges.keys()
    assert shapes.keys() | edges.keys() <= ids
    assert min(edges.values(), default=2) >= 2
    assert max(shapes.values(), default=1) == 1


@generated
@given(storm_diagrams())
def test_ids_are_unique_and_references_lead_somewhere(diagram: StormDiagram) -> None:
    root = etree.fromstring(convert_(diagram).xml)
    ids = Counter(each.get("id", "") for each in root.iter() if each.get("id"))
    assert [each for each, count in ids.items() if count > 1] == []
    names = ("sourceRef", "targetRef", "attachedToRef", "processRef", "messageRef", "default")
    references = {each.get(name, "") for each in root.iter() for name in names} - {""}
    texts = {each.text for tag in ("incoming", "outgoing", "flowNodeRef") for each in root.iter(bpmn(tag))}
    assert references | texts <= ids.keys()


@generated
@given(storm_diagrams())
def test_lanes_hold_what_was_put_in_their_process(diagram: StormDiagram) -> None:
    root = etree.fromstring(convert_(diagram).xml)
    for process in root.iter(bpmn("process")):
        if process.find(bpmn("laneSet")) is None:
            continue
        held = {each.text for each in process.iterfind(f"{bpmn('laneSet')}//{bpmn('flowNodeRef')}")}
        assert {child.get("id") for child in process if child.get("id") in nodes_of(root)} == held


def convert_(diagram: StormDiagram, policy: Policy | None = None) -> Converted:
    return convert(diagram.xml, diagram=diagram.info, assignees=diagram.assignees, policy=policy)


def _behind(xml: bytes, lost: set[str]) -> set[str]:
    """Everything that only a removed boundary event led to: the report names the first of it."""
    root = etree.fromstring(xml)
    whole = Graph(root).reachable()
    for event in list(root.iter(bpmn("boundaryEvent"))):
        if event.get("id") in lost:
            for flow in list(root.iter(bpmn("sequenceFlow"))):
                if flow.get("sourceRef") == event.get("id"):
                    flow.getparent().remove(flow)  # type: ignore[union-attr]  # a flow stands in a process
    return whole - Graph(root).reachable()
