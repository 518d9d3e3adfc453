"""The examples open well in Camunda Modeler: nothing is undrawn, nothing hangs in the air, nothing lies on another."""

from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from tests.examples.diagram import BPMN, CAMUNDA, Diagram

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.bpmn"))
_WITHOUT_NAME = ("parallelGateway", "textAnnotation")


def test_there_are_examples() -> None:
    assert [path.stem for path in EXAMPLES] == ["pervaya_zadacha", "soglasovanie_dogovora"]


@pytest.fixture(params=EXAMPLES, ids=lambda path: path.stem)
def diagram(request: pytest.FixtureRequest) -> Diagram:
    return Diagram(request.param)


def test_every_element_has_its_shape_and_every_flow_its_edge(diagram: Diagram) -> None:
    assert diagram.shapes.keys() == diagram.nodes.keys()
    assert diagram.edges.keys() == diagram.flows.keys()


def test_ids_are_unique(diagram: Diagram) -> None:
    ids = Counter(element.get("id") for element in diagram.root.iter() if element.get("id"))
    assert [name for name, count in ids.items() if count > 1] == []


def test_an_edge_begins_and_ends_on_what_it_connects(diagram: Diagram) -> None:
    for name, flow in diagram.flows.items():
        points = diagram.edges[name]
        assert len(points) >= 2, name
        source, target = diagram.shapes[flow.get("sourceRef", "")], diagram.shapes[flow.get("targetRef", "")]
        if flow.tag == f"{BPMN}association":  # touches a gateway's slanted side
            assert source.grown(1).holds(*points[0]), name
        else:
            assert source.on_border(*points[0]), name
        assert target.on_border(*points[-1]), name


def test_flows_run_along_the_axes(diagram: Diagram) -> None:
    for name, flow in diagram.flows.items():
        if flow.tag == f"{BPMN}sequenceFlow":
            points = diagram.edges[name]
            assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points)), name


def test_nothing_lies_on_anything_else(diagram: Diagram) -> None:
    boxes = [*diagram.shapes.items(), *((f"label of {name}", box) for name, box in diagram.labels.items())]
    assert [(a, b) for (a, one), (b, other) in combinations(boxes, 2) if one.overlaps(other)] == []
    assert all(box.x >= 0 and box.y >= 0 for _, box in boxes)


def test_references_agree_with_the_flows(diagram: Diagram) -> None:
    for name, node in diagram.nodes.items():
        for tag, side in (("incoming", "targetRef"), ("outgoing", "sourceRef")):
            said = sorted(element.text or "" for element in node.iterfind(f"{BPMN}{tag}"))
            meant = sorted(
                flow_id
                for flow_id, flow in diagram.flows.items()
                if flow.tag == f"{BPMN}sequenceFlow" and flow.get(side) == name
            )
            assert said == meant, (name, tag)


def test_people_read_names_in_russian(diagram: Diagram) -> None:
    def nameless(kind: str, incoming: int) -> bool:
        return kind in _WITHOUT_NAME or (kind == "exclusiveGateway" and incoming > 1)  # a merge asks nothing

    for name, node in diagram.nodes.items():
        kind = str(node.tag).removeprefix(BPMN)
        if not nameless(kind, len(node.findall(f"{BPMN}incoming"))):
            assert any("а" <= letter <= "я" for letter in node.get("name", "").lower()), name


def test_the_process_can_be_run_by_camunda_7(diagram: Diagram) -> None:
    process = diagram.process
    assert process.get("isExecutable") == "true"
    assert process.get(f"{CAMUNDA}historyTimeToLive")
    assert process.get(f"{CAMUNDA}versionTag")
    tasks = list(process.iter(f"{BPMN}serviceTask"))
    assert tasks
    assert {(task.get(f"{CAMUNDA}type"), task.get(f"{CAMUNDA}topic")) for task in tasks} == {
        ("external", "bitrix_create_task")
    }


def test_conditions_ask_about_the_task_that_asks_the_question(diagram: Diagram) -> None:
    asking = {
        task.get("id")
        for task in diagram.process.iter(f"{BPMN}serviceTask")
        for each in task.iter(f"{CAMUNDA}property")
        if each.get("name") == "UF_RESULT_EXPECTED" and each.get("value") == "true"
    }
    conditions = {element.text for element in diagram.process.iter(f"{BPMN}conditionExpression")}
    expected = {f'${{execution.getVariable("{task}") == "{said}"}}' for task in asking for said in ("ok", "no")}
    assert asking
    assert conditions == expected
