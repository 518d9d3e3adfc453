"""Условия, написанные в диаграмме: исполнимые остаются, словесные становятся подписью, лишние снимаются."""

from __future__ import annotations

from lxml import etree

from exchanger.storm.context import Context, label
from exchanger.storm.model import detach
from exchanger.storm.names import XSI, Element, bpmn, camunda, ident, kind_of


def mend_conditions(context: Context) -> None:
    """Проход: условия из правил, исправление чужих условий и потоков по умолчанию."""
    for flow in context.model.flows():
        _check_expression(context, flow)
        given = context.policy.conditions.get(ident(flow))
        if given is not None:
            set_condition(flow, given)
    for node in context.model.nodes():
        _check_default(context, node)
        _check_single(context, node)


def condition_of(flow: Element) -> str:
    """Условие потока; «» — нет."""
    return flow.findtext(bpmn("conditionExpression"), "").strip()


def set_condition(flow: Element, expression: str) -> None:
    """Записать условие, заменив прежнее."""
    drop_condition(flow)
    child = etree.SubElement(flow, bpmn("conditionExpression"))
    child.set(f"{{{XSI}}}type", _formal(child))
    child.text = expression


def drop_condition(flow: Element) -> None:
    """Снять условие."""
    for child in flow.findall(bpmn("conditionExpression")):
        detach(child)


def _formal(element: Element) -> str:
    return f"{element.prefix}:tFormalExpression" if element.prefix else "tFormalExpression"


def _check_expression(context: Context, flow: Element) -> None:
    for child in flow.findall(bpmn("conditionExpression")):
        text = (child.text or "").strip()
        scripted = child.get("language") or child.get(camunda("resource"))
        if scripted or text.startswith(("${", "#{")):
            if child.get(f"{{{XSI}}}type") is not None:
                child.set(f"{{{XSI}}}type", _formal(child))
            continue
        detach(child)
        if text:
            context.found.loss(
                flow, f"Условие «{text}» — не выражение: снято.", "запишите его в правилах (conditions)."
            )
            if not label(flow):
                flow.set("name", text)


def _check_default(context: Context, node: Element) -> None:
    default = node.get("default")
    if default is None:
        return
    flow = next((found for found in context.model.outgoing(node) if ident(found) == default), None)
    if flow is None:
        del node.attrib["default"]
        context.found.change(node, f"Поток по умолчанию {default} из элемента не выходит: отметка снята.")
    elif condition_of(flow):
        context.found.change(flow, f"Поток по умолчанию не проверяет условие: «{condition_of(flow)}» снято.")
        drop_condition(flow)


def _check_single(context: Context, node: Element) -> None:
    """Исключающий шлюз с одним выходом: условия быть не должно."""
    outgoing = context.model.outgoing(node)
    if kind_of(node) == "exclusiveGateway" and len(outgoing) == 1 and condition_of(outgoing[0]):
        context.found.loss(
            outgoing[0], f"Единственный выход шлюза не проверяется: «{condition_of(outgoing[0])}» снято."
        )
        drop_condition(outgoing[0])
