"""С чего начать область без начала: наименьший набор узлов, от которых дойти до всех остальных."""

from __future__ import annotations

from exchanger.storm.context import definitions_of
from exchanger.storm.model import Model
from exchanger.storm.names import Element, ident, kind_of


def entries(model: Model, nodes: list[Element]) -> list[Element]:
    """Узлы без входа и по одному узлу каждого круга, в который извне не войти; в порядке документа."""
    candidates = [node for node in nodes if may_begin(node)]
    links = _links(nodes)
    tried = _walk(model, links, candidates)
    # A tree's root that no later tree reaches is reached by nobody outside its own circle.
    chosen = {ident(node) for node in _walk(model, links, tried[::-1])}
    return [node for node in candidates if ident(node) in chosen]


def may_begin(node: Element) -> bool:
    """Может ли узел быть первым: не граничное событие, не событийный подпроцесс, не компенсация и не конец ссылки."""
    if kind_of(node) == "boundaryEvent" or node.get("triggeredByEvent") == "true":
        return False
    return node.get("isForCompensation") != "true" and not _link(node)


def _walk(model: Model, links: dict[str, list[Element]], order: list[Element]) -> list[Element]:
    """Узлы, до которых не дошли от предыдущих: обход из каждого непосещённого узла по порядку."""
    seen: set[str] = set()
    roots = []
    for root in order:
        if ident(root) in seen:
            continue
        roots.append(root)
        queue = [root]
        while queue:
            node = queue.pop()
            if ident(node) not in seen:
                seen.add(ident(node))
                targets = [model.target(flow) for flow in model.outgoing(node)]
                queue += [target for target in targets if target is not None]
                queue += [*model.attached(node), *links.get(ident(node), ())]
    return roots


def _links(nodes: list[Element]) -> dict[str, list[Element]]:
    catches = {_link(node): node for node in nodes if kind_of(node) == "intermediateCatchEvent" and _link(node)}
    throws = [node for node in nodes if kind_of(node) == "intermediateThrowEvent" and _link(node) in catches]
    return {ident(node): [catches[_link(node)]] for node in throws}


def _link(node: Element) -> str:
    links = (found for found in definitions_of(node) if kind_of(found) == "linkEventDefinition")
    return next((found.get("name", "") for found in links), "")
