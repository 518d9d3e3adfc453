"""Правила о потоках управления и их условиях."""

from __future__ import annotations

from collections.abc import Callable

from exchanger.storm.gate.scene import Hits, Scene
from exchanger.storm.model import scope_of
from exchanger.storm.names import XSI, Element, bpmn, ident, kind_of


def to_nothing(scene: Scene) -> Hits:
    """Поток, у которого нет узла на конце."""
    for flow in scene.flows():
        if scene.model.target(flow) is None:
            yield flow, flow.get("targetRef", "")


def from_nothing(scene: Scene) -> Hits:
    """Поток, у которого нет узла в начале."""
    for flow in scene.flows():
        if scene.model.source(flow) is None:
            yield flow, flow.get("sourceRef", "")


def across_scopes(scene: Scene) -> Hits:
    """Поток через границу подпроцесса или пула."""
    for flow in scene.flows():
        for node in (scene.model.source(flow), scene.model.target(flow)):
            if node is not None and scope_of(node) is not scope_of(flow):
                yield flow, ident(node)
                break


def into_start(scene: Scene) -> Hits:
    """Поток в начальное или граничное событие."""
    for flow in scene.flows():
        target = scene.model.target(flow)
        if target is not None and kind_of(target) in {"startEvent", "boundaryEvent"}:
            yield flow, ident(target)


def out_of_end(scene: Scene) -> Hits:
    """Поток из конечного события."""
    for flow in scene.flows():
        source = scene.model.source(flow)
        if source is not None and kind_of(source) == "endEvent":
            yield flow, ident(source)


def no_condition(scene: Scene) -> Hits:
    """Выходы исключающего шлюза без условия: движок терпит один, но выбор тогда не тот, что нарисован."""
    for gateway in scene.nodes("exclusiveGateway"):
        outgoing = scene.model.outgoing(gateway)
        bare = [flow for flow in outgoing if flow.find(bpmn("conditionExpression")) is None]
        bare = [flow for flow in bare if ident(flow) != gateway.get("default")]
        if len(outgoing) > 1:
            for flow in bare:
                yield flow, ident(gateway)


def lonely_condition(scene: Scene) -> Hits:
    """Единственный выход исключающего шлюза с условием."""
    for gateway in scene.nodes("exclusiveGateway"):
        outgoing = scene.model.outgoing(gateway)
        if len(outgoing) == 1 and outgoing[0].find(bpmn("conditionExpression")) is not None:
            yield outgoing[0], ident(gateway)


def no_exit(scene: Scene) -> Hits:
    """Исключающий шлюз, из которого никуда не идут."""
    for gateway in scene.nodes("exclusiveGateway"):
        if not scene.model.outgoing(gateway):
            yield gateway, ""


def conditioned_default(scene: Scene) -> Hits:
    """Поток по умолчанию с условием у исключающего шлюза."""
    yield from _conditioned_default(scene, lambda node: kind_of(node) == "exclusiveGateway")


def ignored_condition(scene: Scene) -> Hits:
    """Поток по умолчанию с условием у прочих: движок на условие не смотрит."""
    yield from _conditioned_default(scene, lambda node: kind_of(node) != "exclusiveGateway")


def _conditioned_default(scene: Scene, concerns: Callable[[Element], bool]) -> Hits:
    for node in filter(concerns, scene.nodes()):
        for flow in scene.model.outgoing(node):
            if ident(flow) == node.get("default") and flow.find(bpmn("conditionExpression")) is not None:
                yield flow, ident(node)


def foreign_default(scene: Scene) -> Hits:
    """Потоком по умолчанию назван не свой выход."""
    for node in scene.nodes():
        named = node.get("default")
        if named and named not in {ident(flow) for flow in scene.model.outgoing(node)}:
            yield node, named


def informal_condition(scene: Scene) -> Hits:
    """Условие не вида tFormalExpression."""
    for flow in scene.flows():
        condition = flow.find(bpmn("conditionExpression"))
        kind = "" if condition is None else condition.get(f"{{{XSI}}}type", "")
        if kind and kind.rpartition(":")[2] != "tFormalExpression":
            yield flow, kind


def bad_event_choice(scene: Scene) -> Hits:
    """После событийного шлюза стоит не ожидание."""
    for gateway in scene.nodes("eventBasedGateway"):
        for flow in scene.model.outgoing(gateway):
            target = scene.model.target(flow)
            if target is not None and kind_of(target) != "intermediateCatchEvent":
                yield flow, ident(target)
