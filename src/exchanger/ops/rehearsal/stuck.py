"""Почему процесс стоит: кто чего ждёт и почему не дождётся."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from exchanger.ops.rehearsal.chart import Chart, Node
from exchanger.ops.rehearsal.scene import ANSWERED, Awaits, Incident, Scene, Visit, Wait
from exchanger.ops.rehearsal.taken import flows_taken

_JOINS = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})
_SENDERS = frozenset({"intermediateThrowEvent", "endEvent", "sendTask", "serviceTask"})


def why_stuck(
    scene: Scene, history: Iterable[Visit], incidents: Iterable[Incident], charts: Mapping[str, Chart]
) -> tuple[str, ...]:
    """По строке на каждое ожидание, неполное слияние и инцидент."""
    history = list(history)
    said = [_waits(wait, charts) for wait in scene.waits]
    taken = set(flows_taken(history, charts))
    for visit in history:
        chart = charts.get(visit.process)
        node = None if chart is None else chart.nodes.get(visit.element)
        if chart is not None and node is not None and not visit.finished and node.kind in _JOINS:
            missing = [flow.source for flow in chart.incoming(node.id) if (visit.process, flow.id) not in taken]
            names = ", ".join(chart.title(source) for source in missing) or "ещё один раз"
            said.append(f"слияние {node.title} ждёт ветви, которые не пришли: {names}")
    said += [f"инцидент в {_title(charts, one.process, one.element)}: {one.message}" for one in incidents]
    return tuple(dict.fromkeys(said))


def _waits(wait: Wait, charts: Mapping[str, Chart]) -> str:
    where = _title(charts, wait.process, wait.element)
    if wait.awaits in ANSWERED:
        return f"{where} ждёт ответа"
    if wait.awaits is Awaits.TIMER:
        return f"{where} ждёт времени"
    if wait.awaits is Awaits.CONDITION:
        return f"{where} ждёт, когда сбудется условие"
    what = "сообщения" if wait.awaits is Awaits.MESSAGE else "сигнала"
    senders = [node.title for chart in charts.values() for node in chart.nodes.values() if _sends(node, wait)]
    if not senders:
        return f"{where} ждёт {what} «{wait.event}», а в этих файлах его никто не посылает"
    return f"{where} ждёт {what} «{wait.event}», которое посылает {', '.join(senders)}, но оно сюда не пришло"


def _sends(node: Node, wait: Wait) -> bool:
    return node.kind in _SENDERS and node.event == wait.awaits.value and node.event_name == wait.event


def _title(charts: Mapping[str, Chart], process: str, element: str) -> str:
    chart = charts.get(process)
    return element if chart is None else chart.title(element)
