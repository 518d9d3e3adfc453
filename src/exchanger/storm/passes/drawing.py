"""Рисунок: удалённое стёрто, новое нарисовано, у каждого узла есть фигура и у каждого потока линия."""

from __future__ import annotations

from exchanger.storm.context import Context
from exchanger.storm.drawing import Drawing, bounds_of, drawn_on, plane_of, read_box
from exchanger.storm.geometry import Box, Point, size_of
from exchanger.storm.layout import lay_out
from exchanger.storm.model import forget, scope_of
from exchanger.storm.names import NODES, SUBPROCESSES, TASKS, Element, bpmn, ident, kind_of
from exchanger.storm.spread import make_room

_TOLERANCE = 20.0
_MARGIN = 60.0
_POOL_HEAD = 30.0


def complete_drawing(context: Context) -> None:
    """Проход: привести DI в соответствие с процессами."""
    drawing = Drawing(context.model.root)
    _join_lines(context, drawing)
    make_room(context, drawing)
    _erase_lost(context, drawing)
    resized = _resize(context, drawing)
    root_plane = _root_plane(context, drawing)
    for scope in context.model.scopes():
        _draw_scope(context, drawing, scope, root_plane)
    _draw_pools(context, drawing, root_plane)
    _draw_lines(context, drawing, root_plane, resized)


def _join_lines(context: Context, drawing: Drawing) -> None:
    """Линия потока, чьи концы соединились мимо удалённого события, идёт прежним путём."""
    for flow_id in context.joined_edges:
        points = [point for part in _parts(context.joined_edges, flow_id) for point in drawing.points(part)]
        if points and flow_id in drawing.edges:
            drawing.line(plane_of(drawing.edges[flow_id]), flow_id, points)


def _parts(joined: dict[str, list[str]], flow_id: str) -> list[str]:
    own, *rest = joined.get(flow_id, [flow_id])
    return [own, *(part for after in rest for part in _parts(joined, after))]


def _erase_lost(context: Context, drawing: Drawing) -> None:
    for element_id in [*drawing.shapes, *drawing.edges]:
        if context.model.get(element_id) is None:
            drawing.erase(element_id)
    known = {id(drawn) for drawn in (*drawing.shapes.values(), *drawing.edges.values())}
    for plane in drawing.planes:
        for drawn in (*drawn_on(plane, shapes=True), *drawn_on(plane, shapes=False)):
            if id(drawn) not in known and context.model.get(drawn.get("bpmnElement")) is None:
                plane.remove(drawn)


def _resize(context: Context, drawing: Drawing) -> set[str]:
    """Событие, ставшее задачей, рисуется задачей; возвращает id таких."""
    resized = set()
    for node in context.model.nodes(*sorted(TASKS)):
        shape, box = drawing.shapes.get(ident(node)), drawing.box(ident(node))
        if shape is None or box is None:
            continue
        forget(shape, "isExpanded")
        width, height = size_of(kind_of(node))
        if box.width < width / 2 and box.height < height * 3 / 4:
            drawing.place(plane_of(shape), ident(node), box.around_center(width, height))
            resized.add(ident(node))
    return resized


def _root_plane(context: Context, drawing: Drawing) -> Element:
    """Полотно всей диаграммы; полотна без своего элемента достаются ей же."""
    whole = next(context.model.of_kind("collaboration"), None)
    if whole is None:
        whole = next(iter(context.model.processes), context.model.root)
    planes = drawing.planes
    lost = [plane for plane in planes if context.model.get(plane.get("bpmnElement")) is None]
    for plane in lost:
        drawing.dedicate(plane, ident(whole))
    roots = [plane for plane in planes if _is_whole(context, plane)]
    return roots[0] if roots else drawing.new_plane(ident(whole))


def _is_whole(context: Context, plane: Element) -> bool:
    element = context.model.get(plane.get("bpmnElement"))
    return element is not None and kind_of(element) in {"collaboration", "process"}


def _plane_of_scope(drawing: Drawing, scope: Element, root_plane: Element) -> Element:
    if kind_of(scope) not in SUBPROCESSES:
        return root_plane
    own = drawing.plane_for(ident(scope))
    if own is not None:
        return own
    shape = drawing.shapes.get(ident(scope))
    drawn = next((drawing.shapes[ident(child)] for child in scope if ident(child) in drawing.shapes), None)
    if drawn is not None:
        return plane_of(drawn)
    if shape is not None and shape.get("isExpanded") == "true":
        return plane_of(shape)
    return drawing.new_plane(ident(scope))


def _draw_scope(context: Context, drawing: Drawing, scope: Element, root_plane: Element) -> None:
    nodes = [child for child in scope if kind_of(child) in NODES]
    missing = [node for node in nodes if drawing.box(ident(node)) is None]
    if not missing:
        return
    plane = _plane_of_scope(drawing, scope, root_plane)
    lanes = _lanes(scope) if len(missing) == len(nodes) and kind_of(scope) == "process" else []
    corner = _free_corner(drawing, scope, plane)
    for element_id, box in lay_out(context.model, missing, lanes, corner, drawing.box).items():
        if drawing.box(element_id) is None:
            _draw(context, drawing, plane, element_id, box)


def _lanes(process: Element) -> list[Element]:
    """Дорожки, в которых стоят узлы (внутри других дорожек — самые внутренние)."""
    lanes = [lane for lane in process.iterfind(f"{bpmn('laneSet')}//{bpmn('lane')}") if ident(lane)]
    return [lane for lane in lanes if lane.find(bpmn("childLaneSet")) is None]


def _free_corner(drawing: Drawing, scope: Element, plane: Element) -> Point:
    """Где есть место: внутри нарисованного пула или подпроцесса, иначе под всем нарисованным."""
    if kind_of(scope) in SUBPROCESSES and plane.get("bpmnElement") != ident(scope):
        host = drawing.box(ident(scope))
        if host is not None:
            return host.x + _POOL_HEAD, host.y + _POOL_HEAD
    drawn = [bounds for shape in drawn_on(plane, shapes=True) if (bounds := bounds_of(shape)) is not None]
    boxes = [read_box(bounds) for bounds in drawn]
    left = min((box.x for box in boxes), default=100.0)
    return left + _MARGIN, max((box.bottom for box in boxes), default=0.0) + _MARGIN


def _draw(context: Context, drawing: Drawing, plane: Element, element_id: str, box: Box) -> None:
    shape = drawing.place(plane, element_id, box)
    element = context.model.get(element_id)
    kind = "" if element is None else kind_of(element)
    if kind == "exclusiveGateway":
        shape.set("isMarkerVisible", "true")
    if kind in SUBPROCESSES and shape.get("isExpanded") is None:
        shape.set("isExpanded", "false")
    if kind == "lane":
        shape.set("isHorizontal", "true")


def _draw_pools(context: Context, drawing: Drawing, plane: Element) -> None:
    for pool in context.model.root.iter(bpmn("participant")):
        if drawing.box(ident(pool)) is not None or not ident(pool):
            continue
        process = context.model.get(pool.get("processRef"))
        inner = [] if process is None else [drawing.box(ident(node)) for node in process.iter(f"{bpmn('')}*")]
        boxes = [box for box in inner if box is not None]
        if boxes:
            left, top = min(box.x for box in boxes), min(box.y for box in boxes)
            right, bottom = max(box.right for box in boxes), max(box.bottom for box in boxes)
            around = Box(left - _POOL_HEAD, top, right - left + _POOL_HEAD, bottom - top)
        else:
            x, y = _free_corner(drawing, pool, plane)
            around = Box(x - _MARGIN, y - _POOL_HEAD, 600.0, 60.0)
        drawing.place(plane, ident(pool), around).set("isHorizontal", "true")


def _draw_lines(context: Context, drawing: Drawing, root_plane: Element, resized: set[str]) -> None:
    for flow in context.model.flows():
        source, target = drawing.box(flow.get("sourceRef", "")), drawing.box(flow.get("targetRef", ""))
        if source is None or target is None:
            continue
        points = drawing.points(ident(flow))
        fresh = _docked(points, source, target) if len(points) > 1 else _straight(source, target)
        if len(points) > 1 and flow.get("sourceRef") in resized:
            fresh = [source.border_towards(fresh[1]), *fresh[1:]]
        if len(points) > 1 and flow.get("targetRef") in resized:
            fresh = [*fresh[:-1], target.border_towards(fresh[-2])]
        if fresh != points:
            drawing.line(_plane_of_scope(drawing, scope_of(flow), root_plane), ident(flow), fresh)
    for kind in ("messageFlow", "association"):
        for link in context.model.root.iter(bpmn(kind)):
            _draw_link(drawing, link)


def _draw_link(drawing: Drawing, link: Element) -> None:
    """Поток сообщений или связь без линии — прямой, если оба конца нарисованы."""
    source_id, target_id = link.get("sourceRef", ""), link.get("targetRef", "")
    source, target = drawing.box(source_id), drawing.box(target_id)
    undrawn = len(drawing.points(ident(link))) < 2  # noqa: PLR2004  # a line has two ends
    if source and target and ident(link) and undrawn:
        drawing.line(plane_of(drawing.shapes[source_id]), ident(link), _straight(source, target))


def _straight(source: Box, target: Box) -> list[Point]:
    return [source.border_towards(target.center), target.border_towards(source.center)]


def _docked(points: list[Point], source: Box, target: Box) -> list[Point]:
    """Линия, чьи концы отошли от узлов, снова касается их."""
    if not source.near(points[0], _TOLERANCE):
        points = [source.border_towards(points[1]), *points[1:]]
    if not target.near(points[-1], _TOLERANCE):
        points = [*points[:-1], target.border_towards(points[-2])]
    return points
