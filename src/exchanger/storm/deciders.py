"""Кто отвечает на вопрос шлюза: задачи, исполненные последними на каждом пути к нему."""

from __future__ import annotations

from dataclasses import dataclass, field

from exchanger.storm.model import Model
from exchanger.storm.names import GATEWAYS, MIDDLE_EVENTS, Element, bpmn, ident, kind_of
from exchanger.storm.passes.tasks import is_external

_ASKING = frozenset({"exclusiveGateway", "inclusiveGateway"})
_SYNCHRONISING = frozenset({"parallelGateway", "inclusiveGateway"})


@dataclass(slots=True)
class Trail:
    """Задачи, от которых поток пришёл; `is_open` — есть путь без такой задачи."""

    tasks: dict[str, Element] = field(default_factory=dict)
    is_open: bool = False


def trail_of(model: Model, flow: Element) -> Trail:
    """Пройти по потоку назад до ближайших задач, мимо слияний, развилок на все ветви и событий."""
    trail, seen, queue = Trail(), {ident(flow)}, [flow]
    while queue and not trail.is_open:
        node = model.source(queue.pop())
        if node is None or _hides_answers(model, node):
            trail.is_open = True
        elif can_answer(node):
            trail.tasks[ident(node)] = node
        else:
            before = model.incoming(node)
            trail.is_open = not before
            queue += [found for found in before if ident(found) not in seen]
            seen |= {ident(found) for found in before}
    return trail


def can_answer(node: Element) -> bool:
    """Может ли узел дать один ответ: внешняя задача, и не многократная — у той ответов несколько."""
    return is_external(node) and node.find(bpmn("multiInstanceLoopCharacteristics")) is None


def _hides_answers(model: Model, node: Element) -> bool:
    """За этим узлом ответа не искать: он спрошен другим шлюзом, смешан с чужими или его там не было."""
    if can_answer(node):
        return False
    kind = kind_of(node)
    if kind in MIDDLE_EVENTS:
        return False
    if kind not in GATEWAYS or kind == "eventBasedGateway":
        return True
    decides = kind in _ASKING and len(model.outgoing(node)) > 1
    mixes = kind in _SYNCHRONISING and len(model.incoming(node)) > 1
    return decides or mixes
