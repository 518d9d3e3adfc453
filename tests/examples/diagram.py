"""What a modelling tool needs from a BPMN file: every element drawn, every flow joined to what it connects."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
OMG_DI = "{http://www.omg.org/spec/DD/20100524/DI}"
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"

_NODES = ("Event", "Task", "Gateway", "textAnnotation", "subProcess", "callActivity")
_FLOWS = ("sequenceFlow", "association", "messageFlow")


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    def grown(self, by: float) -> "Box":
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def holds(self, x: float, y: float) -> bool:
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    def on_border(self, x: float, y: float) -> bool:
        return self.grown(1).holds(x, y) and not self.grown(-1).holds(x, y)

    def overlaps(self, other: "Box") -> bool:
        apart_x = self.x + self.width <= other.x or other.x + other.width <= self.x
        apart_y = self.y + self.height <= other.y or other.y + other.height <= self.y
        return not (apart_x or apart_y)


class Diagram:
    def __init__(self, path: Path) -> None:
        self.root = etree.parse(path, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()
        processes = self.root.findall(f"{BPMN}process")
        assert len(processes) == 1
        self.process = processes[0]

    @property
    def nodes(self) -> dict[str, etree._Element]:
        return {element.get("id", ""): element for element in self._named(_NODES)}

    @property
    def flows(self) -> dict[str, etree._Element]:
        return {element.get("id", ""): element for element in self._named(_FLOWS)}

    @property
    def shapes(self) -> dict[str, Box]:
        return {
            shape.get("bpmnElement", ""): _box(shape.find(f"{DC}Bounds")) for shape in self.root.iter(f"{DI}BPMNShape")
        }

    @property
    def edges(self) -> dict[str, list[tuple[float, float]]]:
        return {
            edge.get("bpmnElement", ""): [
                (float(point.get("x", "")), float(point.get("y", ""))) for point in edge.iterfind(f"{OMG_DI}waypoint")
            ]
            for edge in self.root.iter(f"{DI}BPMNEdge")
        }

    @property
    def labels(self) -> dict[str, Box]:
        """Bounds of the labels that stand outside their element."""
        return {
            owner.get("bpmnElement", ""): _box(bounds)
            for kind in ("BPMNShape", "BPMNEdge")
            for owner in self.root.iter(f"{DI}{kind}")
            if (bounds := owner.find(f"{DI}BPMNLabel/{DC}Bounds")) is not None
        }

    def _named(self, kinds: tuple[str, ...]) -> Iterator[etree._Element]:
        for element in self.process.iter():
            if isinstance(element.tag, str) and element.tag.startswith(BPMN):
                name = etree.QName(element).localname
                if name.endswith(kinds) and element.get("id"):
                    yield element


def _box(bounds: etree._Element | None) -> Box:
    assert bounds is not None, "a shape without bounds"
    return Box(*(float(bounds.get(name, "")) for name in ("x", "y", "width", "height")))
