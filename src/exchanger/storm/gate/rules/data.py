"""Правила о выражениях и переменных."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from exchanger.storm.gate.juel import is_expression, read
from exchanger.storm.gate.rules.activities import external
from exchanger.storm.gate.scene import Hits, Scene, text_of
from exchanger.storm.names import NODES, Element, bpmn, camunda, ident, kind_of

_ATTRIBUTES = (
    camunda("topic"), camunda("expression"), camunda("delegateExpression"), camunda("collection"),
    camunda("assignee"), camunda("candidateUsers"), camunda("candidateGroups"), camunda("candidateStarterUsers"),
    camunda("candidateStarterGroups"), camunda("dueDate"), "calledElement",
)  # fmt: skip
_TEXTS = tuple(
    bpmn(name)
    for name in (
        "conditionExpression",
        "condition",
        "timeDate",
        "timeDuration",
        "timeCycle",
        "loopCardinality",
        "completionCondition",
    )
)
_PARAMETERS = (camunda("inputParameter"), camunda("outputParameter"))
_SETTERS = tuple(camunda(name) for name in ("resultVariable", "elementVariable", "errorCodeVariable"))
_ANSWERS = ("bitrix_task_", "op_task_")  # what our systems return: docs/reference/variables.md
_COUNTERS = frozenset({"loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"})


def bad_expression(scene: Scene) -> Hits:
    """Выражение, которого движок не прочтёт."""
    for element, text in _expressions(scene):
        fault = read(text).fault
        if fault:
            yield element, f"{text} ({fault})"


def plain_condition(scene: Scene) -> Hits:
    """Условие без выражения: движок его примет, а процесс на нём упадёт."""
    for flow in scene.flows():
        condition = flow.find(bpmn("conditionExpression"))
        if condition is not None and not condition.get("language"):
            text = text_of(condition)
            if not is_expression(text):
                yield flow, text


def unset_variable(scene: Scene) -> Hits:
    """Переменная условия, которую в диаграмме никто не создаёт."""
    known = set(scene.known.variables) | _set_by_diagram(scene)
    answers = (*_ANSWERS, *(f"{ident(element)}_" for element, _ in external(scene)))
    for flow in scene.flows():
        condition = flow.find(bpmn("conditionExpression"))
        if condition is not None and not condition.get("language"):
            reading = read(text_of(condition))
            asked = (reading.names | reading.asked) - known - _COUNTERS
            missing = sorted(name for name in asked if not name.startswith(answers))
            if missing and not reading.fault:
                yield flow, ", ".join(missing)


def _expressions(scene: Scene) -> Iterator[tuple[Element, str]]:
    for process in scene.processes:
        for element in process.iter(etree.Element):
            for name in _ATTRIBUTES:
                if element.get(name):
                    yield _owner(element), element.get(name, "")
            own = element.tag in _TEXTS and not element.get("language")
            if own or (element.tag in _PARAMETERS and not len(element)):
                yield _owner(element), text_of(element)


def _owner(element: Element) -> Element:
    """Ближайший узел или поток: у выражения своего id нет."""
    for found in (element, *element.iterancestors()):
        if kind_of(found) in NODES | {"sequenceFlow", "process"}:
            return found
    return element


def _set_by_diagram(scene: Scene) -> set[str]:
    """Имена, которые даст сама диаграмма: ответ задачи лежит в переменной с id её узла."""
    found = {ident(element) for element, _ in external(scene)}
    for process in scene.processes:
        for element in process.iter(etree.Element):
            found |= {element.get(name, "") for name in _SETTERS}
            if element.tag in _PARAMETERS:
                found.add(element.get("name", ""))
            if element.tag in {camunda("in"), camunda("out")}:
                found.add(element.get("target", ""))
            if element.tag == camunda("formField"):
                found.add(element.get("id", ""))
    return found
