"""Простая раскладка ненарисованного: столбцы по удалённости от начала, строки по дорожкам."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable

from exchanger.storm.geometry import Box, Point, size_of
from exchanger.storm.model import Model
from exchanger.storm.names import Element, bpmn, ident, kind_of

COLUMN, ROW = 160.0, 120.0
_BOUNDARY = 36.0


def lay_out(
    model: Model, nodes: list[Element], lanes: list[Element], corner: Point, drawn: Callable[[str], Box | None]
) -> dict[str, Box]:
    """Прямоугольники узлов и дорожек от левого верхнего угла; `drawn` — где нарисованы узлы, которых среди этих нет."""
    x, y = corner
    inner = [node for node in nodes if kind_of(node) != "boundaryEvent"]
    columns = _columns(model, inner)
    lane_of = {
        (reference.text or "").strip(): number
        for number, lane in enumerate(lanes)
        for reference in lane.iterchildren(bpmn("flowNodeRef"))
    }
    used: dict[tuple[int, int], int] = defaultdict(int)
    cells = {}
    for node in inner:
        lane, column = lane_of.get(ident(node), 0), columns[ident(node)]
        cells[ident(node)] = (lane, column, used[lane, column])
        used[lane, column] += 1
    bases = _bases(used, max(len(lanes), 1))
    boxes = {}
    for node in inner:
        lane, column, row = cells[ident(node)]
        center = Box(x + column * COLUMN, y + (bases[lane] + row) * ROW, COLUMN, ROW)
        boxes[ident(node)] = center.around_center(*size_of(kind_of(node)))
    _attach(nodes, boxes, drawn)
    width = (max(columns.values(), default=0) + 1) * COLUMN
    for number, lane_element in enumerate(lanes):
        top, bottom = bases[number], bases[number + 1]
        boxes[ident(lane_element)] = Box(x, y + top * ROW, width, (bottom - top) * ROW)
    return boxes


def _columns(model: Model, nodes: list[Element]) -> dict[str, int]:
    """Столбец узла: наименьшее число потоков от начала; узлы без входа начинают с нуля."""
    known: dict[str, int] = {}
    roots = [node for node in nodes if not model.incoming(node)]
    for root in (*roots, *nodes):
        if ident(root) in known:
            continue
        known[ident(root)] = 0
        queue = deque([root])
        while queue:
            node = queue.popleft()
            for flow in model.outgoing(node):
                target = model.target(flow)
                if target is not None and ident(target) not in known:
                    known[ident(target)] = known[ident(node)] + 1
                    queue.append(target)
    return known


def _bases(used: dict[tuple[int, int], int], lanes: int) -> list[int]:
    """С какой строки начинается каждая дорожка; последнее число — сколько строк всего."""
    heights = [1] * lanes
    for (lane, _), rows in used.items():
        heights[lane] = max(heights[lane], rows)
    return [sum(heights[:number]) for number in range(lanes + 1)]


def _attach(nodes: list[Element], boxes: dict[str, Box], drawn: Callable[[str], Box | None]) -> None:
    """Граничные события — на нижней стороне своего элемента, справа налево."""
    taken: dict[str, int] = defaultdict(int)
    for event in nodes:
        host_id = event.get("attachedToRef", "")
        host = boxes.get(host_id) or drawn(host_id)
        if kind_of(event) == "boundaryEvent" and host is not None:
            left = host.right - _BOUNDARY * (1.5 + taken[host_id])
            boxes[ident(event)] = Box(left, host.bottom - _BOUNDARY / 2, _BOUNDARY, _BOUNDARY)
            taken[host_id] += 1
