"""The picture: what was drawn stays where it was, what is new gets its place."""

from exchanger.storm import Policy, Unmapped
from exchanger.storm.drawing import Drawing
from exchanger.storm.geometry import Box
from exchanger.storm.names import DC, DI, OMG_DI, bpmn
from tests.storm.graph import nodes_of
from tests.storm.source import KEY, Result, convert_text, document, process, run


def shape(element_id: str, x: float, y: float, width: float, height: float, more: str = "") -> str:
    bounds = f'<c:Bounds x="{x}" y="{y}" width="{width}" height="{height}"/>'
    return f'<x:BPMNShape id="{element_id}_di" bpmnElement="{element_id}"{more}>{bounds}</x:BPMNShape>'


def edge(flow_id: str, *points: tuple[float, float]) -> str:
    waypoints = "".join(f'<w:waypoint x="{x}" y="{y}"/>' for x, y in points)
    return f'<x:BPMNEdge id="{flow_id}_di" bpmnElement="{flow_id}">{waypoints}</x:BPMNEdge>'


def plane(*drawn: str, of: str = "Process_1d4oa6g46") -> str:
    spaces = f'xmlns:x="{DI}" xmlns:c="{DC}" xmlns:w="{OMG_DI}"'
    return f'<x:BPMNDiagram {spaces}><x:BPMNPlane bpmnElement="{of}">{"".join(drawn)}</x:BPMNPlane></x:BPMNDiagram>'


def drawing(result: Result) -> Drawing:
    return Drawing(result.root)


def test_a_diagram_without_a_picture_gets_one_without_overlaps() -> None:
    result = run("start s; xor g; task a; task b; end e", "s>g; g>a:да; g>b:нет; a>e; b>e")
    drawn = drawing(result)
    boxes = [drawn.box(node_id) for node_id in nodes_of(result.root)]
    assert None not in boxes
    assert len({(box.x, box.y) for box in boxes if box}) == len(boxes)
    assert [each.get("bpmnElement") for each in drawn.planes] == [KEY]


def test_pools_and_lanes_without_a_picture_hold_their_elements() -> None:
    pools = (
        '<bpmn:collaboration id="C">'
        '<bpmn:participant id="P" name="Пул" processRef="Process_1d4oa6g46"/></bpmn:collaboration>'
    )
    lanes = (
        '<bpmn:laneSet id="L"><bpmn:lane id="l1"><bpmn:flowNodeRef>s</bpmn:flowNodeRef></bpmn:lane>'
        '<bpmn:lane id="l2"><bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
    )
    drawn = drawing(convert_text(document(pools, process("start s; task a", "s>a", inside=lanes))))
    for holder, held in (("l1", "s"), ("l2", "a"), ("P", "s"), ("P", "a"), ("P", "l1"), ("P", "l2")):
        outer, inner = drawn.box(holder), drawn.box(held)
        assert outer is not None
        assert inner is not None
        assert outer.x <= inner.x
        assert inner.right <= outer.right
        assert outer.y <= inner.y
        assert inner.bottom <= outer.bottom


def test_a_collapsed_sub_process_shows_its_inside_on_a_plane_of_its_own() -> None:
    inside = '<bpmn:subProcess id="p"><bpmn:task id="in"/></bpmn:subProcess>'
    result = convert_text(document(process("start s; end e", "s>p; p>e", inside=inside)))
    drawn = drawing(result)
    own = drawn.plane_for("p")
    assert own is not None
    assert "in" in {each.get("bpmnElement") for each in own}
    assert drawn.shapes["p"].get("isExpanded") == "false"


def test_a_new_task_pushes_what_is_right_of_it_and_widens_its_pool() -> None:
    pools = '<bpmn:collaboration id="C"><bpmn:participant id="P" processRef="Process_1d4oa6g46"/></bpmn:collaboration>'
    picture = plane(
        shape("P", 0, 0, 600, 300), shape("s", 100, 132, 36, 36),
        shape("g", 200, 125, 50, 50, ' isMarkerVisible="true"'),
        shape("x", 300, 132, 36, 36), shape("y", 300, 232, 36, 36), edge("s_g", (136, 150), (200, 150)),
        edge("g_x", (250, 150), (300, 150)), edge("g_y", (225, 175), (225, 250), (300, 250)), of="C",
    )  # fmt: skip
    drawn = drawing(
        convert_text(document(pools, process("start s; xor g; end x; end y", "s>g; g>x:да; g>y:нет"), picture))
    )
    assert drawn.box("s") == Box(100, 132, 36, 36)
    assert drawn.box("g") == Box(350, 125, 50, 50)
    assert drawn.box("x") == Box(450, 132, 36, 36)
    assert drawn.box("P") == Box(0, 0, 750, 300)
    task = next(each for each in drawn.shapes if each.startswith("Activity_"))
    assert drawn.box(task) == Box(200, 110, 100, 80)
    assert drawn.points("g_y") == [(375, 175), (375, 250), (450, 250)]
    assert drawn.points("s_g") == [(136, 150), (200, 150)]


def test_a_line_past_a_removed_event_goes_the_way_it_went() -> None:
    picture = plane(
        shape("s", 0, 0, 36, 36), shape("w", 100, 0, 36, 36), shape("e", 200, 0, 36, 36),
        edge("s_w", (36, 18), (100, 18)), edge("w_e", (136, 18), (200, 18)),
    )  # fmt: skip
    xml = document(process("start s; catch w; end e", "s>w; w>e"), picture)
    drawn = drawing(convert_text(xml, Policy(catches=Unmapped.DROP)))
    assert drawn.points("s_w") == [(36, 18), (100, 18), (136, 18), (200, 18)]
    assert "w" not in drawn.shapes
    assert "w_e" not in drawn.edges


def test_an_event_that_became_a_task_is_drawn_as_one_and_lines_touch_it() -> None:
    picture = plane(
        shape("s", 0, 0, 36, 36), shape("w", 200, 0, 36, 36), shape("e", 400, 0, 36, 36),
        edge("s_w", (36, 18), (200, 18)), edge("w_e", (236, 18), (400, 18)),
    )  # fmt: skip
    drawn = drawing(convert_text(document(process("start s; catch w; end e", "s>w; w>e"), picture)))
    assert drawn.box("w") == Box(168, -22, 100, 80)
    assert drawn.points("s_w")[-1] == (168, 18)
    assert drawn.points("w_e")[0] == (268, 18)


def test_a_picture_of_what_is_not_there_is_erased() -> None:
    picture = plane(shape("s", 0, 0, 36, 36), shape("gone", 9, 9, 9, 9), edge("gone_too", (1, 1), (2, 2)), of="gone")
    result = convert_text(document(process("start s; task a", "s>a"), picture))
    drawn = drawing(result)
    assert "gone" not in drawn.shapes
    assert "gone_too" not in drawn.edges
    assert [each.get("bpmnElement") for each in drawn.planes] == [KEY]
    assert drawn.box("a") is not None


def test_broken_numbers_do_not_stop_the_conversion() -> None:
    picture = plane(shape("s", 0, 0, 36, 36).replace('x="0"', 'x="NaN"').replace('y="0"', 'y="left"'))
    assert drawing(convert_text(document(process("start s; task a", "s>a"), picture))).box("s") is not None


def test_messages_between_pools_keep_their_lines() -> None:
    pools = (
        '<bpmn:collaboration id="C"><bpmn:participant id="P" processRef="Process_1d4oa6g46"/><bpmn:participant id="Q"/>'
        '<bpmn:messageFlow id="M" sourceRef="a" targetRef="Q"/></bpmn:collaboration>'
    )
    result = convert_text(document(pools, process("start s; task a", "s>a")))
    assert len(drawing(result).points("M")) == 2
    assert result.root.find(f"{bpmn('collaboration')}/{bpmn('messageFlow')}") is not None
