"""Правила о путях: докуда не дойти и где путь обрывается."""

from __future__ import annotations

from exchanger.storm.context import definitions_of
from exchanger.storm.gate.scene import Hits, Scene
from exchanger.storm.names import NODES, Element, bpmn, ident, kind_of


def unreachable(scene: Scene) -> Hits:
    """Узлы, до которых не дойти от начал своей области."""
    for scope in scene.scopes():
        nodes = [child for child in scope if kind_of(child) in NODES]
        reached = _reached(scene, nodes)
        yield from ((node, "") for node in nodes if ident(node) not in reached)


def dead_end(scene: Scene) -> Hits:
    """Узел без выхода, который не конечное событие."""
    for node in scene.nodes():
        kind = kind_of(node)
        ends = kind == "endEvent" or _link(node) or _aside(node)
        gateway = kind == "exclusiveGateway"  # a rule of its own
        if not ends and not gateway and not scene.model.outgoing(node) and not _compensates(node):
            yield node, ""


def _reached(scene: Scene, nodes: list[Element]) -> set[str]:
    catches = {_link(node): node for node in nodes if kind_of(node) == "intermediateCatchEvent" and _link(node)}
    queue = [node for node in nodes if kind_of(node) == "startEvent" or _aside(node)]
    queue += [node for node in nodes if kind_of(node) == "boundaryEvent" and _orphan(scene, node)]
    seen: set[str] = set()
    while queue:
        node = queue.pop()
        if ident(node) in seen:
            continue
        seen.add(ident(node))
        targets = [scene.model.target(flow) for flow in scene.model.outgoing(node)]
        queue += [target for target in targets if target is not None]
        queue += scene.model.attached(node)
        if kind_of(node) == "intermediateThrowEvent" and _link(node) in catches:
            queue.append(catches[_link(node)])
    return seen


def _orphan(scene: Scene, event: Element) -> bool:
    """Событие без хозяина: об этом скажет своё правило."""
    return scene.model.node(event.get("attachedToRef")) is None


def _aside(node: Element) -> bool:
    """Не на пути: событийный подпроцесс и обработчик компенсации запускает не поток."""
    return node.get("triggeredByEvent") == "true" or node.get("isForCompensation") == "true"


def _compensates(node: Element) -> bool:
    return node.find(bpmn("compensateEventDefinition")) is not None and kind_of(node) == "boundaryEvent"


def _link(node: Element) -> str:
    return next((each.get("name", "") for each in definitions_of(node) if kind_of(each) == "linkEventDefinition"), "")
