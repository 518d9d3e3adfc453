"""Целость: id у каждого узла и потока, потоки только между узлами одной области, ссылки ведут куда-то."""

from __future__ import annotations

from collections import Counter

from exchanger.storm.context import Context
from exchanger.storm.model import detach, scope_of
from exchanger.storm.names import NODES, Element, bpmn, ident, kind_of

_COPY = "перерисуйте поток в StormBPMN."


def mend_structure(context: Context) -> None:
    """Проход: дать недостающие id, убрать потоки и граничные события, которые ни к чему не ведут."""
    _name_the_nameless(context)
    _report_twins(context)
    for flow in context.model.flows():
        _check_flow(context, flow)
    for event in context.model.nodes("boundaryEvent"):
        _check_host(context, event)
    for participant in context.model.root.iter(bpmn("participant")):
        _check_participant(context, participant)


def _name_the_nameless(context: Context) -> None:
    found = False
    for scope in context.model.scopes():
        for number, child in enumerate(scope):
            if kind_of(child) in NODES | {"sequenceFlow"} and not ident(child):
                prefix = "Flow" if kind_of(child) == "sequenceFlow" else "Node"
                child.set("id", context.derived(prefix, ident(scope), kind_of(child), str(number)))
                context.found.change(child, "У элемента не было id: назначен.")
                found = True
    if found:
        context.model.reindex()


def _report_twins(context: Context) -> None:
    elements = [found for found in context.model.root.iter(f"{bpmn('')}*") if ident(found)]
    counts = Counter(ident(found) for found in elements)
    for element in elements:
        if counts[ident(element)] > 1:
            context.found.error(element, "Такой id есть у нескольких элементов.", "дайте элементам разные id.")


def _check_flow(context: Context, flow: Element) -> None:
    source, target = context.model.source(flow), context.model.target(flow)
    if source is None or target is None:
        context.found.loss(flow, "Поток удалён: у него нет начала или конца.", _COPY)
        context.drop_flow(flow)
    elif scope_of(source) is not scope_of(target):
        context.found.loss(flow, "Поток удалён: он пересекает границу пула или подпроцесса.", _COPY)
        context.drop_flow(flow)
    elif scope_of(flow) is not scope_of(source):
        scope_of(source).append(flow)
        context.found.change(flow, "Поток перенесён в процесс своих узлов.")


def _check_host(context: Context, event: Element) -> None:
    host = context.model.node(event.get("attachedToRef"))
    if host is None or scope_of(host) is not scope_of(event):
        context.found.loss(event, "Граничное событие удалено: его элемента нет в этом процессе.")
        context.remove_node(event)
        return
    for flow in context.model.incoming(event):
        context.found.loss(flow, "Поток удалён: в граничное событие войти нельзя.", _COPY)
        context.drop_flow(flow)


def _check_participant(context: Context, participant: Element) -> None:
    reference = participant.get("processRef")
    if reference is not None and context.model.get(reference) is None:
        context.found.change(participant, f"Пул ссылался на процесс {reference}, которого нет: ссылка убрана.")
        del participant.attrib["processRef"]
        for inner in list(participant):
            if kind_of(inner) == "interfaceRef":
                detach(inner)
