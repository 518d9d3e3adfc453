"""The examples in the exporter's manner: valid as they are, valid and drawn after conversion."""

from itertools import combinations
from pathlib import Path

import pytest
from lxml import etree

from exchanger.storm import Converted, DiagramInfo, convert, read_assignees
from exchanger.storm.drawing import Drawing
from exchanger.storm.names import EVENTS, GATEWAYS, NODES, TASKS, bpmn
from tests.storm.graph import Graph, nodes_of

FOLDER = Path(__file__).parents[2] / "examples" / "storm"
EXAMPLES = sorted(FOLDER.glob("*.bpmn"))
UUID = "0a1b2c3d-1111-4222-8333-444455556666"


def converted(path: Path) -> Converted:
    assignees = read_assignees(path.with_name(f"{path.stem}_assignees.json").read_bytes())
    return convert(path.read_bytes(), diagram=DiagramInfo(UUID, path.stem, "1"), assignees=assignees)


def test_there_are_examples() -> None:
    assert [path.stem for path in EXAMPLES] == ["obrashchenie", "priem_na_rabotu", "soglasovanie_zakupki"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid_before_and_after(schema: etree.XMLSchema, path: Path) -> None:
    schema.assertValid(etree.fromstring(path.read_bytes()))
    result = converted(path)
    schema.assertValid(etree.fromstring(result.xml))
    assert result.report.errors == ()


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_element_can_be_reached(path: Path) -> None:
    root = etree.fromstring(converted(path).xml)
    assert Graph(root).reachable() == set(nodes_of(root))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_nothing_lies_on_another(path: Path) -> None:
    root = etree.fromstring(converted(path).xml)
    drawing = Drawing(root)
    solid = TASKS | GATEWAYS | (EVENTS - {"boundaryEvent"}) | {"subProcess", "callActivity"}
    for plane in drawing.planes:
        here = [each.get("bpmnElement", "") for each in plane if each.get("bpmnElement", "") in nodes_of(root)]
        boxes = {
            each: drawing.box(each)
            for each in here
            if nodes_of(root)[each].tag in {bpmn(kind) for kind in solid & NODES}
        }
        for (one, first), (other, second) in combinations(boxes.items(), 2):
            assert first is not None
            assert second is not None
            apart = (
                first.right <= second.x
                or second.right <= first.x
                or first.bottom <= second.y
                or second.bottom <= first.y
            )
            assert apart, f"{one} and {other}"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_line_begins_and_ends_at_what_it_joins(path: Path) -> None:
    root = etree.fromstring(converted(path).xml)
    drawing = Drawing(root)
    for flow in root.iter(bpmn("sequenceFlow")):
        points = drawing.points(flow.get("id", ""))
        source, target = drawing.box(flow.get("sourceRef", "")), drawing.box(flow.get("targetRef", ""))
        assert source is not None
        assert target is not None
        assert source.near(points[0], 1), flow.get("id")
        assert target.near(points[-1], 1), flow.get("id")
