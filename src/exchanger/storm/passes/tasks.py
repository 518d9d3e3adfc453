"""Задачи: чего движок сам не исполнит, становится внешней задачей с топиком."""

from __future__ import annotations

from exchanger.storm.context import Context
from exchanger.storm.model import detach, has_engine_settings
from exchanger.storm.names import CAMUNDA, TASKS, Element, bpmn, camunda, ident, kind_of

_DELEGATES = tuple(camunda(name) for name in ("class", "expression", "delegateExpression", "type"))
_FOREIGN = frozenset(
    {
        "messageRef", "operationRef", "implementation", "instantiate", "scriptFormat", "calledElement",
        "triggeredByEvent", "method",
    }
)  # fmt: skip
_CONTENT = frozenset({"script", "rendering"})


def externalise_tasks(context: Context) -> None:
    """Проход: `task, userTask, manualTask, sendTask, receiveTask, scriptTask, businessRuleTask, serviceTask`."""
    for task in context.model.nodes(*sorted(TASKS)):
        if not is_executable(context, task):
            externalise(context, task)


def is_executable(context: Context, task: Element) -> bool:
    """Исполнит ли движок задачу так, как она настроена."""
    match kind_of(task):
        case "task" | "manualTask":
            return False
        case "userTask":
            return has_engine_settings(task)
        case "scriptTask":
            return _is_script(task)
        case "receiveTask":
            message = context.model.get(task.get("messageRef"))
            return message is not None and bool(message.get("name"))
        case "businessRuleTask":
            return _is_delegated(task) or bool(task.get(camunda("decisionRef")))
    return _is_delegated(task)


def is_external(task: Element) -> bool:
    """Внешняя ли это задача с топиком."""
    return task.get(camunda("type")) == "external" and bool(task.get(camunda("topic")))


def externalise(context: Context, task: Element) -> None:
    """Сделать элемент внешней задачей: id, название, потоки, свойства остаются."""
    kind = kind_of(task)
    topic = context.policy.topic_of(ident(task), kind)
    _strip(context, task)
    make_external(task, topic)
    context.found.change(task, f"{kind} стал внешней задачей, топик {topic}.")


def make_external(task: Element, topic: str) -> None:
    """Записать вид и топик внешней задачи."""
    task.tag = bpmn("serviceTask")
    task.set(camunda("type"), "external")
    task.set(camunda("topic"), topic)


def _is_delegated(task: Element) -> bool:
    if task.get(camunda("type")) == "external":
        return bool(task.get(camunda("topic")))
    connector = task.find(f"{bpmn('extensionElements')}/{camunda('connector')}")
    return connector is not None or any(task.get(name) for name in _DELEGATES)


def _is_script(task: Element) -> bool:
    body = task.findtext(bpmn("script"), "").strip() or task.get(camunda("resource"), "")
    return bool(task.get("scriptFormat")) and bool(body)


def _strip(context: Context, task: Element) -> None:
    """Убрать то, чего схема не допускает у serviceTask."""
    for name in [name for name in task.attrib if str(name) in _FOREIGN or _is_call(str(name))]:
        del task.attrib[name]
    for child in [child for child in task if kind_of(child) in _CONTENT]:
        if (child.text or "").strip() or len(child):
            context.found.loss(task, f"Содержимое «{kind_of(child)}» убрано: движок его исполнить не может.")
        detach(child)


def _is_call(name: str) -> bool:
    return name.startswith((f"{{{CAMUNDA}}}calledElement", f"{{{CAMUNDA}}}case", f"{{{CAMUNDA}}}variableMapping"))
