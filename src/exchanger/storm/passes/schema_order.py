"""Порядок дочерних элементов — как в схеме BPMN 2.0; равные остаются в порядке документа."""

from __future__ import annotations

from exchanger.storm.context import Context
from exchanger.storm.names import ACTIVITIES, EVENTS, GATEWAYS, Element, kind_of

_BASE = ("documentation", "extensionElements")
_FLOW_ELEMENT = (*_BASE, "auditing", "monitoring", "categoryValueRef")
_NODE = (*_FLOW_ELEMENT, "incoming", "outgoing")
_ACTIVITY = (
    *_NODE, "ioSpecification", "property", "dataInputAssociation", "dataOutputAssociation",
    "resourceRole", "performer", "humanPerformer", "potentialOwner",
    "standardLoopCharacteristics", "multiInstanceLoopCharacteristics",
)  # fmt: skip
_EVENT = (
    *_NODE, "property", "dataInput", "dataOutput", "dataInputAssociation", "dataOutputAssociation",
    "inputSet", "outputSet",
)  # fmt: skip
_PROCESS = (*_BASE, "auditing", "monitoring", "property", "laneSet")
_PROCESS_TAIL = ("association", "group", "textAnnotation", "resourceRole", "correlationSubscription", "supports")
_SUBPROCESS_TAIL = ("association", "group", "textAnnotation", "completionCondition")
_ROOT = ("import", "extension")
_ROOT_TAIL = ("BPMNDiagram", "relationship")

_HEADS = {
    **dict.fromkeys(ACTIVITIES, _ACTIVITY),
    **dict.fromkeys(EVENTS, _EVENT),
    **dict.fromkeys(GATEWAYS, _NODE),
    "sequenceFlow": _FLOW_ELEMENT,
    "process": _PROCESS,
    "subProcess": (*_ACTIVITY, "laneSet"),
    "transaction": (*_ACTIVITY, "laneSet"),
    "definitions": _ROOT,
}
_TAILS = {
    "process": _PROCESS_TAIL,
    "subProcess": _SUBPROCESS_TAIL,
    "transaction": _SUBPROCESS_TAIL,
    "definitions": _ROOT_TAIL,
}
_ARTIFACTS = frozenset({"association", "group", "textAnnotation"})


def order_elements(context: Context) -> None:
    """Проход: переставить детей процессов, узлов и потоков."""
    for element in [context.model.root, *context.model.scopes(), *context.model.nodes(), *context.model.flows()]:
        _sort(element)


def _sort(element: Element) -> None:
    kind = kind_of(element)
    head, tail = _HEADS.get(kind, _BASE), _TAILS.get(kind, ())
    ranks = {name: number for number, name in enumerate(head)}
    ranks |= {name: len(head) + 1 + number for number, name in enumerate(tail)}
    ranks |= {name: ranks["association"] for name in _ARTIFACTS if "association" in ranks}
    children = list(element)
    ordered = sorted(children, key=lambda child: ranks.get(str(child.tag).rpartition("}")[2], len(head)))
    if ordered != children:
        element[:] = ordered
