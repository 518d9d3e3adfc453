"""Полотна диаграммы (BPMN DI): фигуры и линии по id элементов, их чтение и правка."""

from __future__ import annotations

import math
from collections.abc import Iterable

from lxml import etree

from exchanger.storm.geometry import Box, Point, number
from exchanger.storm.model import detach
from exchanger.storm.names import DC, DI, OMG_DI, Element

_DIAGRAM = f"{{{DI}}}BPMNDiagram"
_SHAPE, _EDGE, _PLANE = f"{{{DI}}}BPMNShape", f"{{{DI}}}BPMNEdge", f"{{{DI}}}BPMNPlane"
_BOUNDS, _WAYPOINT, _LABEL = f"{{{DC}}}Bounds", f"{{{OMG_DI}}}waypoint", f"{{{DI}}}BPMNLabel"


class Drawing:
    """Указатели поверх DI; первая фигура элемента — главная."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.shapes: dict[str, Element] = {}
        self.edges: dict[str, Element] = {}
        self._boxes: dict[str, Box] = {}
        self._planes: dict[str, Element] = {}
        for plane in self.planes:
            self._planes.setdefault(plane.get("bpmnElement", ""), plane)
        for shape in root.iter(_SHAPE):
            self.shapes.setdefault(shape.get("bpmnElement", ""), shape)
        for edge in root.iter(_EDGE):
            self.edges.setdefault(edge.get("bpmnElement", ""), edge)

    @property
    def planes(self) -> list[Element]:
        """Полотна в порядке документа."""
        return [plane for diagram in self.root.iterchildren(_DIAGRAM) for plane in diagram.iterchildren(_PLANE)]

    def new_plane(self, element_id: str) -> Element:
        """Новая диаграмма с полотном элемента."""
        diagram = etree.SubElement(self.root, _DIAGRAM, {"id": f"BPMNDiagram_{element_id}"})
        plane = etree.SubElement(diagram, _PLANE, {"id": f"BPMNPlane_{element_id}"})
        self.dedicate(plane, element_id)
        return plane

    def dedicate(self, plane: Element, element_id: str) -> None:
        """Отдать полотно элементу."""
        plane.set("bpmnElement", element_id)
        self._planes.setdefault(element_id, plane)

    def plane_for(self, element_id: str) -> Element | None:
        """Полотно, отданное элементу."""
        return self._planes.get(element_id)

    def box(self, element_id: str) -> Box | None:
        """Прямоугольник элемента; None — не нарисован."""
        if element_id not in self._boxes:
            shape = self.shapes.get(element_id)
            bounds = None if shape is None else shape.find(_BOUNDS)
            if bounds is None:
                return None
            self._boxes[element_id] = read_box(bounds)
        return self._boxes[element_id]

    def place(self, plane: Element, element_id: str, box: Box) -> Element:
        """Нарисовать элемент или передвинуть нарисованный."""
        shape = self.shapes.get(element_id)
        if shape is None:
            shape = etree.SubElement(plane, _SHAPE, {"id": f"{element_id}_di", "bpmnElement": element_id})
            self.shapes[element_id] = shape
        bounds = shape.find(_BOUNDS)
        if bounds is None:
            bounds = etree.Element(_BOUNDS)
            shape.insert(0, bounds)
        write_box(bounds, box)
        self._boxes[element_id] = box
        return shape

    def line(self, plane: Element, flow_id: str, points: Iterable[Point]) -> None:
        """Нарисовать линию или провести её заново; подпись остаётся."""
        edge = self.edges.get(flow_id)
        if edge is None:
            edge = etree.SubElement(plane, _EDGE, {"id": f"{flow_id}_di", "bpmnElement": flow_id})
            self.edges[flow_id] = edge
        for waypoint in edge.findall(_WAYPOINT):
            detach(waypoint)
        for index, (x, y) in enumerate(points):
            edge.insert(index, etree.Element(_WAYPOINT, {"x": number(x), "y": number(y)}))

    def points(self, flow_id: str) -> list[Point]:
        """Точки линии; нет линии — пусто."""
        edge = self.edges.get(flow_id)
        if edge is None:
            return []
        return [(read_number(point, "x"), read_number(point, "y")) for point in edge.iterfind(_WAYPOINT)]

    def erase(self, element_id: str) -> None:
        """Стереть фигуру и линию элемента."""
        for known in (self.shapes, self.edges):
            drawn = known.pop(element_id, None)
            if drawn is not None:
                detach(drawn)
        self._boxes.pop(element_id, None)

    def forget_boxes(self) -> None:
        """Прочитать прямоугольники заново (после сдвига)."""
        self._boxes.clear()


def labels(drawn: Element) -> list[Element]:
    """Прямоугольники подписей фигуры или линии."""
    return drawn.findall(f"{_LABEL}/{_BOUNDS}")


def bounds_of(shape: Element) -> Element | None:
    """Прямоугольник фигуры в дереве."""
    return shape.find(_BOUNDS)


def waypoints(plane: Element) -> list[Element]:
    """Точки всех линий полотна."""
    return list(plane.iter(_WAYPOINT))


def drawn_on(plane: Element, *, shapes: bool) -> list[Element]:
    """Фигуры или линии полотна."""
    return plane.findall(_SHAPE if shapes else _EDGE)


def plane_of(drawn: Element) -> Element:
    """Полотно фигуры или линии."""
    return next(drawn.iterancestors(_PLANE))


def read_box(bounds: Element) -> Box:
    """Прямоугольник из `dc:Bounds`."""
    return Box(*(read_number(bounds, name) for name in ("x", "y", "width", "height")))


def write_box(bounds: Element, box: Box) -> None:
    """Записать прямоугольник."""
    for name in ("x", "y", "width", "height"):
        bounds.set(name, number(getattr(box, name)))


def read_number(element: Element, name: str) -> float:
    """Координата; испорченная читается нулём (движок берёт их только для рисунка)."""
    try:
        value = float(element.get(name, ""))
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0
