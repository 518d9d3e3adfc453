"""Пройденные потоки: по отметкам в истории, а после шлюза по событиям — по сработавшему событию."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from exchanger.ops.rehearsal.chart import Chart
from exchanger.ops.rehearsal.scene import Visit
from exchanger.ops.rehearsal.standins import flow_of


def flows_taken(history: Iterable[Visit], charts: Mapping[str, Chart]) -> tuple[tuple[str, str], ...]:
    """Потоки (процесс, id) по порядку, каждый столько раз, сколько пройден."""
    found = []
    for visit in history:
        chart = charts.get(visit.process)
        if chart is None:
            continue
        marked = flow_of(visit.element)
        if marked is not None:
            found.append((visit.process, marked))
        elif visit.finished and not visit.canceled:
            found += [
                (visit.process, flow.id) for flow in chart.incoming(visit.element) if _by_event(chart, flow.source)
            ]
    return tuple(found)


def _by_event(chart: Chart, node_id: str) -> bool:
    node = chart.nodes.get(node_id)
    return node is not None and node.kind == "eventBasedGateway"
