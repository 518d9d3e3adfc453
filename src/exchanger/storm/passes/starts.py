"""Начала: у процесса и подпроцесса ровно одно обычное начало; нет — добавляется, лишние ждут сообщения."""

from __future__ import annotations

from exchanger.storm.context import Context, await_message, definitions_of, message_name
from exchanger.storm.entries import entries, may_begin
from exchanger.storm.model import forget
from exchanger.storm.names import NODES, Element, bpmn, ident, kind_of

_BY_ITSELF = frozenset({"", "timerEventDefinition"})


def settle_starts(context: Context) -> None:
    """Проход: начала каждого процесса и подпроцесса."""
    for scope in context.model.scopes():
        nodes = [child for child in scope if kind_of(child) in NODES]
        starts = [node for node in nodes if kind_of(node) == "startEvent"]
        if not nodes or scope.get("triggeredByEvent") == "true":
            continue
        if not starts:
            _begin(context, scope, nodes)
        elif kind_of(scope) == "process":
            _keep_one(context, starts)
        else:
            _lead_from_first(context, starts)
        _report_lost_fragments(context, nodes)


def _begin(context: Context, scope: Element, nodes: list[Element]) -> None:
    roots = entries(context.model, nodes) or nodes[:1]
    start = context.insert("startEvent", "StartEvent", roots[0], before=True, role=ident(scope))
    for root in roots:
        context.connect(start, root)
    context.found.change(scope, "Начала не было: добавлено.")
    if len(roots) > 1:
        context.found.doubt(
            scope, f"Начать можно с {len(roots)} элементов: начнутся все сразу.", "нарисуйте начало процесса."
        )


def _is_root(context: Context, node: Element) -> bool:
    return not context.model.incoming(node) and may_begin(node)


def _keep_one(context: Context, starts: list[Element]) -> None:
    """Движок запускает процесс сам только одним началом: обычным или по таймеру."""
    alone = [start for start in starts if _trigger(start) in _BY_ITSELF]
    if len(alone) < 2:  # noqa: PLR2004  # one or none is what the engine accepts
        return
    kept = next((start for start in alone if _trigger(start) == ""), alone[0])
    for start in alone:
        if start is kept:
            continue
        name = message_name(start)
        timed = _trigger(start) != ""
        await_message(context, start, name)
        if timed:
            context.found.loss(start, f"Начало по таймеру стало началом по сообщению «{name}»: второе такое нельзя.")
        else:
            context.found.doubt(start, f"Второе начало запускается сообщением «{name}».", "оставьте одно начало.")


def _trigger(start: Element) -> str:
    return next((kind_of(found) for found in definitions_of(start)), "")


def _lead_from_first(context: Context, starts: list[Element]) -> None:
    for start in starts[1:]:
        start.tag = bpmn("intermediateThrowEvent")
        forget(start, "isInterrupting")
        context.connect(starts[0], start)
        context.found.doubt(start, "Второе начало подпроцесса следует за первым.", "оставьте одно начало.")


def _report_lost_fragments(context: Context, nodes: list[Element]) -> None:
    for node in nodes:
        if kind_of(node) != "startEvent" and _is_root(context, node) and not _is_new(context, node):
            context.found.doubt(node, "В элемент ничего не входит: он никогда не исполнится.", "соедините его.")


def _is_new(context: Context, node: Element) -> bool:
    return any(placement.node_id == ident(node) for placement in context.placements)
