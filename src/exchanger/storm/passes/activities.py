"""Действия, которых движок не знает: ad-hoc и пустые подпроцессы, повторы без настройки."""

from __future__ import annotations

from exchanger.storm.context import Context
from exchanger.storm.model import detach, forget
from exchanger.storm.names import ACTIVITIES, CAMUNDA, NODES, Element, bpmn, camunda, kind_of

_REPEAT = "задайте коллекцию или число повторов в диаграмме."


def simplify_activities(context: Context) -> None:
    """Проход: ad-hoc — обычный подпроцесс, пустой — задача, повтор без коллекции и числа — один раз."""
    for scope in context.model.nodes("adHocSubProcess"):
        _order(context, scope)
    for scope in context.model.nodes("subProcess", "transaction"):
        if not any(kind_of(child) in NODES for child in scope):
            _flatten(context, scope)
    for activity in context.model.nodes(*sorted(ACTIVITIES)):
        _repeat(context, activity)


def _order(context: Context, scope: Element) -> None:
    context.found.loss(scope, "Подпроцесс ad-hoc стал обычным: его задачи выдаются сразу все, по одному разу.")
    forget(scope, "ordering", "cancelRemainingInstances")
    for child in scope.findall(bpmn("completionCondition")):
        detach(child)
    scope.tag = bpmn("subProcess")


def _flatten(context: Context, scope: Element) -> None:
    if scope.get("triggeredByEvent") == "true":
        context.found.loss(scope, "Пустой событийный подпроцесс удалён: исполнять в нём нечего.")
        context.remove_node(scope)
        return
    context.found.change(scope, "Пустой подпроцесс стал задачей.")
    forget(scope, "triggeredByEvent", "method")
    for child in scope.findall(bpmn("laneSet")):
        detach(child)
    scope.tag = bpmn("task")


def _repeat(context: Context, activity: Element) -> None:
    for loop in activity.findall(bpmn("standardLoopCharacteristics")):
        context.found.loss(activity, "Повтор (цикл) убран: движок его не исполняет, будет один раз.", _REPEAT)
        detach(loop)
    for loop in activity.findall(bpmn("multiInstanceLoopCharacteristics")):
        cardinality = loop.findtext(bpmn("loopCardinality"), "").strip()
        reference = loop.findtext(bpmn("loopDataInputRef"), "").strip()
        if not (cardinality or reference or loop.get(camunda("collection"))):
            context.found.loss(activity, "Многократность убрана: не сказано, сколько раз; будет один раз.", _REPEAT)
            detach(loop)
            _forget_async(activity)


def _forget_async(activity: Element) -> None:
    for name in [name for name in activity.attrib if str(name).startswith(f"{{{CAMUNDA}}}multiInstance")]:
        del activity.attrib[name]
