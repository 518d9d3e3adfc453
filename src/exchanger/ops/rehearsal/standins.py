"""Копия диаграммы для репетиции: отметка на каждом потоке, замены тому, чего в голом движке нет.

Отметка — промежуточное событие без определения посреди потока: история движка покажет её вместе с элементами, поэтому
пройденный поток виден точно, и при двух потоках между одними узлами, и при параллельных ветвях. Переменных, сценариев
и слушателей отметка не добавляет; условие и «по умолчанию» остаются на первой половине, под прежним id. После шлюза по
событиям отметки нет (стандарт ждёт там событие): поток считают по сработавшему событию.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from exchanger.engine.bpmn_xml import EXTENSIONS, MODEL, attribute, parse
from exchanger.ops.rehearsal.chart import SCOPES

_MARK, _ON = "__passed", "__on"
STANDIN_TOPIC = "rehearsal_standin"
"""Тема задач, поставленных вместо кода, которого в репетиции нет."""

_CODE = ("class", "delegateExpression", "expression")
_EXECUTABLE = frozenset({"serviceTask", "sendTask", "businessRuleTask", "scriptTask"})
_LISTENERS = ("executionListener", "taskListener")
_SCRIPTS = frozenset({"juel", ""})


@dataclass(frozen=True, slots=True)
class Replaced:
    """Что заменено: элемент и почему."""

    element_id: str
    what: str


@dataclass(frozen=True, slots=True)
class Copy:
    """Копия и список замен в ней."""

    xml: bytes
    replaced: tuple[Replaced, ...]


def flow_of(activity_id: str) -> str | None:
    """Поток, чья это отметка; None — настоящий элемент."""
    return activity_id.removesuffix(_MARK) if activity_id.endswith(_MARK) else None


def replace_code(xml: bytes) -> Copy:
    """Заменить внешними задачами код Java, сценарии и соединители; слушателей с кодом снять."""
    root = parse(xml)
    replaced = [*_tasks(root), *_events(root), *_listeners(root)]
    return Copy(etree.tostring(root, encoding="UTF-8", xml_declaration=True) if replaced else xml, tuple(replaced))


def with_marks(xml: bytes) -> bytes:
    """Поставить отметки на потоки исполняемых процессов."""
    root = parse(xml)
    for flow in list(root.iter(MODEL + "sequenceFlow")):
        scope = flow.getparent()
        source = _sibling(flow, "sourceRef")
        if scope is None or _local(scope) not in SCOPES or source is None or source.tag == MODEL + "eventBasedGateway":
            continue
        _mark(flow, scope)
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)


def _mark(flow: etree._Element, scope: etree._Element) -> None:
    flow_id, target = flow.get("id", ""), flow.get("targetRef", "")
    flow.set("targetRef", flow_id + _MARK)
    event = etree.SubElement(scope, MODEL + "intermediateThrowEvent", {"id": flow_id + _MARK})
    rest = etree.SubElement(
        scope, MODEL + "sequenceFlow", {"id": flow_id + _ON, "sourceRef": event.get("id", ""), "targetRef": target}
    )
    for node in (found for found in scope.iterchildren(etree.Element) if found.get("id") == target):
        for reference in node.iterchildren(MODEL + "incoming"):
            if (reference.text or "").strip() == flow_id:
                reference.text = rest.get("id")
    # Artifacts come last by the schema, whatever was appended after them.
    for artifact in list(scope.iterchildren(MODEL + "textAnnotation", MODEL + "association", MODEL + "group")):
        scope.append(artifact)


def _sibling(flow: etree._Element, name: str) -> etree._Element | None:
    scope, wanted = flow.getparent(), flow.get(name)
    return (
        None
        if scope is None
        else next((node for node in scope.iterchildren(etree.Element) if node.get("id") == wanted), None)
    )


def _tasks(root: etree._Element) -> list[Replaced]:
    replaced = []
    for task in root.iter(*(MODEL + kind for kind in _EXECUTABLE)):
        why = _foreign(task)
        if why:
            _make_external(task)
            replaced.append(Replaced(task.get("id", ""), why))
    return replaced


def _foreign(task: etree._Element) -> str:
    """Чем задача занята такого, чего в репетиции нет; «» — ничем."""
    kind = attribute(task, "type")
    if kind == "external":
        return ""
    if kind:
        return f"встроенная задача {kind}"
    if any(str(found.tag).endswith("}connector") for found in task.iter(etree.Element)):
        return "соединитель"
    if task.tag == MODEL + "scriptTask" and task.get("scriptFormat", "").lower() not in _SCRIPTS:
        return f"сценарий {task.get('scriptFormat')}"
    code = next((f"{name} {attribute(task, name)}" for name in _CODE if attribute(task, name)), "")
    return "" if _plain_expression(task) else code


def _plain_expression(element: etree._Element) -> bool:
    """Выражение, которому хватает самого движка."""
    text = attribute(element, "expression")
    return text.strip()[2:].lstrip().startswith("execution.") and not attribute(element, "class")


def _make_external(task: etree._Element) -> None:
    task.tag = MODEL + "serviceTask"
    _take_code_off(task)
    task.attrib.pop("scriptFormat", "")
    for script in list(task.iterchildren(MODEL + "script")):
        task.remove(script)
    for found in [found for found in task.iter(etree.Element) if str(found.tag).endswith("}connector")]:
        parent = found.getparent()
        if parent is not None:
            parent.remove(found)
    task.set(EXTENSIONS[0] + "type", "external")
    task.set(EXTENSIONS[0] + "topic", STANDIN_TOPIC)


def _events(root: etree._Element) -> list[Replaced]:
    """Бросающие события с кодом: здесь они просто проходят."""
    replaced = []
    for definition in list(root.iter(MODEL + "messageEventDefinition")):
        event = definition.getparent()
        code = next((attribute(definition, name) for name in _CODE if attribute(definition, name)), "")
        if event is not None and code and not _plain_expression(definition):
            _take_code_off(definition)
            event.remove(definition)
            replaced.append(Replaced(event.get("id", ""), f"отправка сообщения: {code}"))
    return replaced


def _listeners(root: etree._Element) -> list[Replaced]:
    replaced = []
    tags = [space + name for space in EXTENSIONS for name in _LISTENERS]
    for listener in list(root.iter(*tags)):
        holder, owner = listener.getparent(), next(listener.iterancestors(MODEL + "extensionElements"), None)
        element = None if owner is None else owner.getparent()
        if holder is None or element is None or _plain_expression(listener):
            continue
        holder.remove(listener)
        replaced.append(Replaced(element.get("id", ""), "слушатель с кодом"))
    return replaced


def _take_code_off(element: etree._Element) -> None:
    for name in (*_CODE, "type", "topic", "resource", "resultVariable", "decisionRef"):
        for space in EXTENSIONS:
            element.attrib.pop(space + name, "")


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]
