"""Место для новых узлов: всё правее опоры сдвигается, пулы и дорожки расширяются."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import replace
from itertools import accumulate

from exchanger.storm.context import Context, Placement
from exchanger.storm.drawing import (
    Drawing,
    bounds_of,
    drawn_on,
    labels,
    plane_of,
    read_box,
    read_number,
    waypoints,
    write_box,
)
from exchanger.storm.geometry import Box, number, size_of
from exchanger.storm.names import SUBPROCESSES, Element, kind_of

_GAP = 50.0
_HOLDERS = SUBPROCESSES | {"participant", "lane", "group"}


class _Cuts:
    """Разрезы одного полотна: сколько прибавить к абсциссе."""

    def __init__(self, cuts: list[tuple[float, float]]) -> None:
        ordered = sorted(cuts)
        self._places = [place for place, _ in ordered]
        self._sums = [0.0, *accumulate(width for _, width in ordered)]

    def shifted(self, x: float) -> float:
        return x + self._sums[bisect_right(self._places, x)]

    def before(self, cut: float) -> float:
        """На сколько сдвинут сам разрез: разрезами левее него."""
        return self._sums[bisect_left(self._places, cut)]


def make_room(context: Context, drawing: Drawing) -> None:
    """Раздвинуть полотна и нарисовать новые узлы у их опор; опора не нарисована — узел ждёт общей раскладки."""
    planned: dict[Element, list[tuple[Placement, Box]]] = defaultdict(list)
    for placement in context.placements:
        anchor = drawing.box(placement.anchor_id)
        if anchor is not None and context.model.node(placement.node_id) is not None:
            planned[plane_of(drawing.shapes[placement.anchor_id])].append((placement, anchor))
    for plane, placements in planned.items():
        _spread(context, drawing, plane, placements)


def _spread(context: Context, drawing: Drawing, plane: Element, placements: list[tuple[Placement, Box]]) -> None:
    cuts, boxes = [], {}
    taken: dict[float, float] = defaultdict(float)
    for placement, anchor in placements:
        node = context.model.node(placement.node_id)
        width, height = size_of("" if node is None else kind_of(node))
        cut = anchor.x if placement.before else anchor.right
        left = cut + taken[cut] + (0.0 if placement.before else _GAP)
        boxes[placement.node_id] = (cut, Box(left, anchor.center[1] - height / 2, width, height))
        taken[cut] += width + _GAP
        cuts.append((cut, width + _GAP))
    made = _Cuts(cuts)
    _shift(context, plane, made)
    drawing.forget_boxes()
    for node_id, (cut, box) in boxes.items():
        drawing.place(plane, node_id, replace(box, x=box.x + made.before(cut)))


def _shift(context: Context, plane: Element, cuts: _Cuts) -> None:
    for shape in drawn_on(plane, shapes=True):
        bounds = bounds_of(shape)
        if bounds is not None:
            element = context.model.get(shape.get("bpmnElement"))
            holds = element is not None and kind_of(element) in _HOLDERS
            box = read_box(bounds)
            write_box(bounds, _moved(box, cuts, holds=holds))
            _shift_labels(shape, cuts.shifted(box.center[0]) - box.center[0])
    for edge in drawn_on(plane, shapes=False):
        for bounds in labels(edge):
            box = read_box(bounds)
            write_box(bounds, replace(box, x=cuts.shifted(box.x)))
    for point in waypoints(plane):
        point.set("x", number(cuts.shifted(read_number(point, "x"))))


def _moved(box: Box, cuts: _Cuts, *, holds: bool) -> Box:
    if holds:
        left = cuts.shifted(box.x)
        return replace(box, x=left, width=cuts.shifted(box.right) - left)
    middle = box.center[0]
    return replace(box, x=box.x + cuts.shifted(middle) - middle)


def _shift_labels(shape: Element, by: float) -> None:
    for bounds in labels(shape):
        box = read_box(bounds)
        write_box(bounds, replace(box, x=box.x + by))
