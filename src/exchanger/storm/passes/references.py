"""Ссылки: потоки в узлах, узлы на дорожках, потоки сообщений и связи — только на то, что осталось."""

from __future__ import annotations

from lxml import etree

from exchanger.storm.context import Context
from exchanger.storm.model import detach
from exchanger.storm.names import Element, bpmn, ident


def mend_references(context: Context) -> None:
    """Проход: `incoming` и `outgoing` заново, остальные ссылки — без удалённых элементов."""
    for node in context.model.nodes():
        _rewrite(node, "incoming", [ident(flow) for flow in context.model.incoming(node)])
        _rewrite(node, "outgoing", [ident(flow) for flow in context.model.outgoing(node)])
    for reference in list(context.model.root.iter(bpmn("flowNodeRef"))):
        if context.model.node((reference.text or "").strip()) is None:
            detach(reference)
    for kind, what in (("messageFlow", "Поток сообщений"), ("association", "Связь с пояснением")):
        for link in list(context.model.root.iter(bpmn(kind))):
            if any(_is_lost(context, link.get(end)) for end in ("sourceRef", "targetRef")):
                context.found.loss(link, f"{what}: одного из концов больше нет, удалено.")
                context.model.remove(link)


def _rewrite(node: Element, tag: str, flows: list[str]) -> None:
    """Прежний порядок ссылок сохраняется, новые — в конце."""
    existing = node.findall(bpmn(tag))
    known = [(found.text or "").strip() for found in existing]
    wanted = [flow for flow in dict.fromkeys(known) if flow in flows] + [flow for flow in flows if flow not in known]
    if wanted == known:
        return
    for found in existing:
        detach(found)
    for flow in wanted:
        etree.SubElement(node, bpmn(tag)).text = flow


def _is_lost(context: Context, reference: str | None) -> bool:
    """Ссылка бывает с приставкой: это QName."""
    return context.model.get((reference or "").rpartition(":")[2]) is None
