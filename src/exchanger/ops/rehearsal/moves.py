"""Какие ходы есть у мира вокруг процесса в этом положении."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from exchanger.ops.rehearsal.chart import Chart, Node
from exchanger.ops.rehearsal.conditions import read_condition
from exchanger.ops.rehearsal.planner import Act, Move, Phase, State
from exchanger.ops.rehearsal.questions import Questions, combinations
from exchanger.ops.rehearsal.scene import ANSWERED, Awaits, Scene, Wait

ANY_CODE = "REHEARSAL"
"""Код там, где диаграмма ловит любой."""

_MANY = 4
_OUTSIDE = {Awaits.MESSAGE: Act.MESSAGE, Awaits.SIGNAL: Act.SIGNAL, Awaits.CONDITION: Act.CONDITION}

Charts = Mapping[str, Questions]
Phased = list[tuple[Move, Phase]]


def state_of(scene: Scene) -> State:
    """Состояние для перебора. Четыре и больше одинаковых ожиданий не различаются: иначе круг с развилкой бесконечен."""
    waits = Counter((wait.process, wait.element) for wait in scene.waits)
    counted = tuple(sorted((*place, min(number, _MANY)) for place, number in waits.items()))
    return State(counted, scene.values)


def start_moves(questions: Questions) -> Phased:
    """Как процесс можно запустить: с каждого начала, с каждым набором переменных ближайших условий."""
    found: Phased = []
    for start in questions.chart.starts():
        key = questions.chart.key
        found += [(Move(Act.START, key, start.id, values), Phase.ANSWERS) for values in questions.answers(start.id)]
        found += [(Move(Act.START, key, start.id, values), Phase.ORDER) for values in questions.spare(start.id)]
    return found


def moves_of(scene: Scene, charts: Charts) -> Phased:
    """Все ходы положения; порядок один и тот же при каждом проигрыше."""
    waits = {(wait.process, wait.element): wait for wait in reversed(scene.waits)}
    ordered = [waits[place] for place in sorted(waits)]
    found: Phased = []
    first = True
    for wait in ordered:
        if wait.awaits in ANSWERED and wait.process in charts:
            found += _answers(wait, charts[wait.process], Phase.ANSWERS if first else Phase.ORDER)
            first = False
    found += [
        (Move(Act.TIMER, wait.process, wait.element), Phase.ANSWERS) for wait in ordered if wait.awaits is Awaits.TIMER
    ]
    for wait in ordered:
        if wait.awaits in _OUTSIDE and wait.process in charts:
            found += _outside(wait, charts[wait.process])
    return sorted(found, key=lambda each: each[1])  # stable: the first in each phase stays first


def _answers(wait: Wait, questions: Questions, phase: Phase) -> Phased:
    place = wait.process, wait.element
    found = [(Move(Act.COMPLETE, *place, values), phase) for values in questions.answers(wait.element)]
    found += [(Move(Act.ERROR, *place, code=code), phase) for code in caught(questions.chart, wait.element, "error")]
    if wait.awaits is Awaits.USER:
        codes = caught(questions.chart, wait.element, "escalation")
        found += [(Move(Act.ESCALATION, *place, code=code), phase) for code in codes]
    found += [(Move(Act.COMPLETE, *place, values), Phase.ORDER) for values in questions.spare(wait.element)]
    return found


def _outside(wait: Wait, questions: Questions) -> Phased:
    act, node = _OUTSIDE[wait.awaits], questions.chart.nodes.get(wait.element)
    sets = questions.answers(wait.element)
    if act is Act.CONDITION and node is not None:
        wanted = read_condition(node.event_name).variables
        sets = combinations({name: questions.values[name] for name in wanted if name in questions.values})
    return [(Move(act, wait.process, wait.element, values), Phase.OUTSIDE) for values in sets]


def caught(chart: Chart, element: str, event: str) -> list[str]:
    """Коды ошибок или эскалаций, которые ловятся у элемента или выше."""
    found: dict[str, None] = {}
    node = chart.nodes.get(element)
    while node is not None:
        found |= dict.fromkeys(_codes(chart.attached(node.id), event))
        found |= dict.fromkeys(_codes(_handlers(chart, node), event))
        node = chart.nodes.get(node.scope)
    return list(found)


def _handlers(chart: Chart, node: Node) -> Iterable[Node]:
    """Начала подпроцессов-обработчиков рядом с узлом."""
    for beside in chart.inside(node.scope):
        if beside.event_subprocess and beside.id != node.id:
            yield from (inner for inner in chart.inside(beside.id) if inner.kind == "startEvent")


def _codes(nodes: Iterable[Node], event: str) -> Iterable[str]:
    return (node.event_name or ANY_CODE for node in nodes if node.event == event)
