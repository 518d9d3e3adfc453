"""Диаграмма глазами репетиции: узлы, потоки, условия; чтение без изменений."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from exchanger.engine.bpmn_xml import MODEL, attribute, parse
from exchanger.engine.parameters import outputs

SCOPES = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})
_EVENTS = frozenset({"startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent", "intermediateThrowEvent"})
_REFERENCES = {"error": ("errorRef", "errorCode"), "escalation": ("escalationRef", "escalationCode")}
_NAMED = {"message": ("messageRef", "name"), "signal": ("signalRef", "name")}


@dataclass(frozen=True, slots=True)
class Node:
    """Узел. `event` — род события («timer»); `event_name` — код ошибки, имя сообщения, условие.

    `attached_to` — у события на границе: чьей.
    """

    id: str
    kind: str
    name: str = ""
    scope: str = ""
    event: str = ""
    event_name: str = ""
    attached_to: str = ""
    topic: str = ""
    called: str = ""
    event_subprocess: bool = False
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """«Название» (id), а без названия — id."""
        return f"«{self.name}» ({self.id})" if self.name else self.id


@dataclass(frozen=True, slots=True)
class Flow:
    """Поток управления."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """Один исполняемый процесс файла. Порядок узлов и потоков — как в документе."""

    key: str
    name: str
    nodes: Mapping[str, Node]
    flows: Mapping[str, Flow]

    def outgoing(self, node_id: str) -> list[Flow]:
        """Потоки из узла."""
        return [flow for flow in self.flows.values() if flow.source == node_id]

    def incoming(self, node_id: str) -> list[Flow]:
        """Потоки в узел."""
        return [flow for flow in self.flows.values() if flow.target == node_id]

    def attached(self, node_id: str) -> list[Node]:
        """События на границе узла."""
        return [node for node in self.nodes.values() if node.attached_to == node_id]

    def inside(self, scope_id: str) -> list[Node]:
        """Узлы прямо внутри области."""
        return [node for node in self.nodes.values() if node.scope == scope_id]

    def starts(self) -> list[Node]:
        """Начала процесса: без события первыми."""
        found = [node for node in self.inside(self.key) if node.kind == "startEvent"]
        return sorted(found, key=lambda node: bool(node.event))

    def named(self, text: str) -> list[Node]:
        """Узлы с таким id, а если его нет — с таким названием (пробелы и регистр не важны)."""
        if text in self.nodes:
            return [self.nodes[text]]
        return [node for node in self.nodes.values() if node.name and folded(node.name) == folded(text)]

    def title(self, node_id: str) -> str:
        """Как назвать узел человеку."""
        node = self.nodes.get(node_id)
        return node.title if node is not None else node_id


def folded(text: str) -> str:
    """Название без различий в пробелах и регистре."""
    return " ".join(text.split()).casefold()


def read_charts(xml: bytes) -> tuple[Chart, ...]:
    """Исполняемые процессы документа; `Reject` — не прочесть."""
    root = parse(xml)
    named = {found.get("id", ""): found for found in root.iterchildren(etree.Element)}
    return tuple(
        _chart(process, named)
        for process in root.iterchildren(MODEL + "process")
        if process.get("isExecutable") == "true"
    )


def _chart(process: etree._Element, named: Mapping[str, etree._Element]) -> Chart:
    key = process.get("id", "")
    nodes = {node.id: node for node in _nodes(process, named)}
    defaults = {found.get("default") for found in process.iter(etree.Element)}
    flows = {}
    for found in process.iter(MODEL + "sequenceFlow"):
        condition = found.find(MODEL + "conditionExpression")
        text = "" if condition is None else str(condition.xpath("string()")).strip()
        flow_id = found.get("id", "")
        ends = found.get("sourceRef", ""), found.get("targetRef", "")
        flows[flow_id] = Flow(flow_id, *ends, _name(found), text, is_default=flow_id in defaults)
    return Chart(key, _name(process), nodes, flows)


def _nodes(process: etree._Element, named: Mapping[str, etree._Element]) -> Iterator[Node]:
    for found in process.iter(etree.Element):
        space, _, kind = str(found.tag).rpartition("}")
        parent = found.getparent()
        if space + "}" != MODEL or parent is None or not found.get("id") or not _is_node(kind, parent):
            continue
        event, event_name, holder = _event(found, kind, named)
        yield Node(
            id=found.get("id", ""),
            kind=kind,
            name=_name(found),
            scope=parent.get("id", ""),
            event=event,
            event_name=event_name,
            attached_to=found.get("attachedToRef", ""),
            topic=attribute(holder, "topic") if attribute(holder, "type") == "external" else "",
            called=found.get("calledElement", "") if kind == "callActivity" else "",
            event_subprocess=found.get("triggeredByEvent") == "true",
            outputs={name: value for name, value in outputs(found).items() if isinstance(value, str)},
        )


def _is_node(kind: str, parent: etree._Element) -> bool:
    inside = str(parent.tag).rpartition("}")[2] in SCOPES
    return inside and (
        kind in _EVENTS or kind in SCOPES or kind.endswith(("Task", "Gateway", "Activity")) or kind == "task"
    )


def _event(found: etree._Element, kind: str, named: Mapping[str, etree._Element]) -> tuple[str, str, etree._Element]:
    """Род события, его имя и элемент, на котором написаны `type` и `topic`."""
    if kind == "receiveTask":
        message = named.get(found.get("messageRef", ""))
        return "message", "" if message is None else message.get("name", ""), found
    for definition in found.iterchildren(etree.Element) if kind in _EVENTS else ():
        event = str(definition.tag).rpartition("}")[2].removesuffix("EventDefinition")
        if str(definition.tag).endswith("EventDefinition"):
            return event, _event_name(event, definition, named), definition
    return "", "", found


def _event_name(event: str, definition: etree._Element, named: Mapping[str, etree._Element]) -> str:
    if event == "conditional":
        return str(definition.xpath("string(*[local-name()='condition'])")).strip()
    reference, label = {**_REFERENCES, **_NAMED}.get(event, ("", ""))
    target = definition.get(reference, "") if reference else ""
    declared = named.get(target)
    return target if declared is None else declared.get(label, "")


def _name(element: etree._Element) -> str:
    return " ".join(element.get("name", "").split())
