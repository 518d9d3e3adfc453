"""Удаление узла из потока: его входы соединяются с выходами так, что порядок остальных узлов не меняется."""

from __future__ import annotations

from exchanger.storm.context import Context, definitions_of
from exchanger.storm.model import detach, forget
from exchanger.storm.names import Element, bpmn, ident


def bypass(context: Context, node: Element) -> None:
    """Убрать узел: один выход — входы ведут в его цель; выхода нет — узел становится концом; много — развилкой."""
    model = context.model
    for flow in model.outgoing(node):
        if model.target(flow) is node:
            context.found.loss(flow, "Поток удалён: он вёл из удалённого события в него же.")
            context.drop_flow(flow)
    incoming, outgoing = model.incoming(node), model.outgoing(node)
    if not outgoing:
        _become_end(node)  # so a process of events alone is never left empty
    elif not incoming:
        context.remove_node(node)
    elif len(outgoing) == 1:
        _join(context, node, incoming, outgoing[0])
    else:
        _fork(context, node, incoming, outgoing)


def _become_end(node: Element) -> None:
    for definition in definitions_of(node):
        detach(definition)
    forget(node, "parallelMultiple")
    node.tag = bpmn("endEvent")


def _join(context: Context, node: Element, incoming: list[Element], after: Element) -> None:
    target = context.model.target(after)
    assert target is not None, "поток без цели после проверки целости"
    if after.find(bpmn("conditionExpression")) is not None:
        context.found.loss(after, "Условие потока удалено вместе с событием, из которого он шёл.")
    for flow in incoming:
        context.model.retarget(flow, target)
        context.joined_edges.setdefault(ident(flow), [ident(flow)]).append(ident(after))
        if after.get("name") and not flow.get("name"):
            flow.set("name", after.get("name", ""))
    context.model.remove(after)
    context.remove_node(node)


def _fork(context: Context, node: Element, incoming: list[Element], outgoing: list[Element]) -> None:
    """Событие с многими выходами — развилка на все; с многими входами оно не ждёт всех, поэтому перед ней слияние."""
    fork = context.insert("parallelGateway", "Gateway", node, before=False)
    for flow in outgoing:
        context.model.resource(flow, fork)
    entrance = fork
    if len(incoming) > 1:
        entrance = context.insert("exclusiveGateway", "Gateway", node, before=True)
        context.connect(entrance, fork)
    for flow in incoming:
        context.model.retarget(flow, entrance)
    context.remove_node(node)
