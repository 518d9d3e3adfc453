"""Правила о задачах, вызовах, подпроцессах и неисполняемых элементах."""

from __future__ import annotations

from exchanger.storm.gate.juel import is_expression
from exchanger.storm.gate.scene import Hits, Scene, text_of
from exchanger.storm.model import scope_of
from exchanger.storm.names import ACTIVITIES, Element, bpmn, camunda, ident, kind_of

_IMPLEMENTATIONS = tuple(camunda(name) for name in ("class", "expression", "delegateExpression", "type", "decisionRef"))
_IMPLEMENTED = ("serviceTask", "sendTask", "businessRuleTask")
_HOLDERS = (*_IMPLEMENTED, "messageEventDefinition")


def external(scene: Scene) -> list[tuple[Element, str]]:
    """Внешние задачи и их темы; у события — оно само."""
    found = []
    for process in scene.processes:
        for holder in process.iter(*(bpmn(kind) for kind in _HOLDERS)):
            if holder.get(camunda("type")) == "external":
                element = scope_of(holder) if kind_of(holder) == "messageEventDefinition" else holder
                found.append((element, holder.get(camunda("topic"), "").strip()))
    return found


def no_topic(scene: Scene) -> Hits:
    """Внешняя задача без темы."""
    for element, topic in external(scene):
        if not topic:
            yield element, ""


def unserved_topic(scene: Scene) -> Hits:
    """Тема, которую в этой установке никто не берёт."""
    for element, topic in external(scene):
        if topic and scene.known.topics is not None and topic not in scene.known.topics and not is_expression(topic):
            yield element, topic


def no_implementation(scene: Scene) -> Hits:
    """Задача службы, про которую не сказано, кто её делает."""
    for task in scene.nodes(*_IMPLEMENTED):
        inner = task.find(f"{bpmn('extensionElements')}/{camunda('connector')}")
        if inner is None and not any(task.get(name) for name in _IMPLEMENTATIONS):
            yield task, ""


def no_script(scene: Scene) -> Hits:
    """Сценарий без языка или текста."""
    for task in scene.nodes("scriptTask"):
        text = task.findtext(bpmn("script"), "").strip() or task.get(camunda("resource"))
        if not text or not task.get("scriptFormat"):
            yield task, ""


def no_target(scene: Scene) -> Hits:
    """Вызов, про который не сказано, что вызывать."""
    for call in scene.nodes("callActivity"):
        if not any(call.get(name) for name in ("calledElement", camunda("caseRef"), camunda("calledElementTypeClass"))):
            yield call, ""


def unknown_kind(scene: Scene) -> Hits:
    """Элемент, которого движок не исполняет."""
    for node in scene.nodes("complexGateway", "adHocSubProcess"):
        yield node, kind_of(node)


def bad_repeat(scene: Scene) -> Hits:
    """Повторение, про которое не сказано, сколько раз."""
    for node in scene.nodes(*sorted(ACTIVITIES)):
        repeat = node.find(bpmn("multiInstanceLoopCharacteristics"))
        if repeat is None or repeat.get(camunda("collection")):
            continue
        cardinality = repeat.findtext(bpmn("loopCardinality"), "").strip()
        if not cardinality and not repeat.findtext(bpmn("loopDataInputRef"), "").strip():
            yield node, ""


def ignored_loop(scene: Scene) -> Hits:
    """Знак цикла, которого движок не исполняет."""
    for node in scene.nodes(*sorted(ACTIVITIES)):
        if node.find(bpmn("standardLoopCharacteristics")) is not None:
            yield node, ""


def bad_host(scene: Scene) -> Hits:
    """Граничное событие без элемента или на элементе чужой области."""
    for event in scene.nodes("boundaryEvent"):
        host = scene.model.node(event.get("attachedToRef"))
        if host is None or scope_of(host) is not scope_of(event):
            yield event, event.get("attachedToRef", "")


def strange_host(scene: Scene) -> Hits:
    """Граничное событие на элементе, в котором процесс не задерживается."""
    for event in scene.nodes("boundaryEvent"):
        host = scene.model.node(event.get("attachedToRef"))
        if host is not None and kind_of(host) not in ACTIVITIES | {"intermediateCatchEvent"}:
            yield event, ident(host)


def unknown_message(scene: Scene) -> Hits:
    """Задача ждёт сообщения, которого в документе нет."""
    for task in scene.nodes("receiveTask"):
        named = task.get("messageRef")
        if named and scene.model.get(named.rpartition(":")[2]) is None:
            yield task, named


def lost_lane_member(scene: Scene) -> Hits:
    """Дорожка называет узел, которого нет."""
    for reference in scene.model.root.iter(bpmn("flowNodeRef")):
        lane = reference.getparent()
        named = text_of(reference)
        if lane is not None and scene.model.get(named) is None:
            yield lane, named


def joined_event_subprocess(scene: Scene) -> Hits:
    """Поток в событийный подпроцесс или из него."""
    for scope in scene.nodes("subProcess"):
        if scope.get("triggeredByEvent") == "true":
            for flow in (*scene.model.incoming(scope), *scene.model.outgoing(scope)):
                yield flow, ident(scope)
