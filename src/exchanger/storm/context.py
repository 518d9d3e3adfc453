"""Что видит каждый проход: дерево с указателями, сведения о диаграмме, правила, отчёт."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lxml import etree

from exchanger.storm.checklists import Checklist, TaskReference
from exchanger.storm.ids import derived
from exchanger.storm.model import Model, detach, process_of, scope_of
from exchanger.storm.names import Element, bpmn, ident, kind_of
from exchanger.storm.policy import Assignee, DiagramInfo, Policy, Unmapped
from exchanger.storm.report import Findings


@dataclass(frozen=True, slots=True)
class Placement:
    """Где нарисовать новый узел: перед узлом-опорой или за ним."""

    node_id: str
    anchor_id: str
    before: bool


@dataclass(slots=True)
class Context:
    """Общее для всех проходов одного переноса."""

    model: Model
    info: DiagramInfo
    policy: Policy
    assignees: Sequence[Assignee]
    links: Mapping[str, str]
    task_lists: Mapping[TaskReference, Sequence[Checklist]] = field(default_factory=dict)
    found: Findings = field(default_factory=Findings)
    forced: dict[str, Unmapped] = field(default_factory=dict)
    placements: list[Placement] = field(default_factory=list)
    joined_edges: dict[str, list[str]] = field(default_factory=dict)

    def derived(self, prefix: str, *sources: str) -> str:
        """Id нового элемента этой диаграммы."""
        return derived(self.info.uuid, prefix, *sources)

    def insert(self, kind: str, prefix: str, anchor: Element, *, before: bool, role: str = "") -> Element:
        """Новый узел рядом с опорой: в том же процессе, на той же дорожке."""
        node_id = self.derived(prefix, ident(anchor), kind, role)
        node = self.model.add(scope_of(anchor), kind, node_id)
        self.model.share_lanes(anchor, node_id)
        self.placements.append(Placement(node_id, ident(anchor), before))
        return node

    def connect(self, source: Element, target: Element, name: str = "") -> Element:
        """Новый поток между узлами одного процесса."""
        flow_id = self.derived("Flow", ident(source), ident(target), name)
        ends = {"sourceRef": ident(source), "targetRef": ident(target)}
        flow = self.model.add(scope_of(source), "sequenceFlow", flow_id, **ends)
        if name:
            flow.set("name", name)
        return flow

    def drop_flow(self, flow: Element) -> None:
        """Убрать поток и ссылку `default` на него."""
        source = self.model.source(flow)
        if source is not None and source.get("default") == ident(flow):
            del source.attrib["default"]
        self.model.remove(flow)

    def remove_node(self, node: Element) -> None:
        """Убрать узел с его потоками и граничными событиями."""
        for flow in (*self.model.incoming(node), *self.model.outgoing(node)):
            self.drop_flow(flow)
        for boundary in self.model.attached(node):
            self.found.loss(boundary, "Граничное событие удалено вместе со своим элементом.")
            self.remove_node(boundary)
        self.model.remove(node)


def definitions_of(event: Element) -> list[Element]:
    """Определения события (timerEventDefinition и прочие)."""
    return [child for child in event if kind_of(child).endswith("EventDefinition")]


def label(element: Element) -> str:
    """Название одной строкой: без краёв, переводов строк и неразрывных пробелов."""
    return " ".join(element.get("name", "").split())


def message_name(event: Element) -> str:
    """Имя сообщения, которого ждёт событие без своего: ключ процесса и id события."""
    return f"{ident(process_of(event))}.{ident(event)}"


def await_message(context: Context, event: Element, name: str) -> None:
    """Сделать событие ожиданием сообщения с этим именем."""
    for definition in definitions_of(event):
        detach(definition)
    message_id = named_message(context, name)
    definition_id = context.derived("MessageEventDefinition", ident(event))
    attributes = {"id": definition_id, "messageRef": message_id}
    etree.SubElement(event, bpmn("messageEventDefinition"), attributes)


def named_message(context: Context, name: str) -> str:
    """Id сообщения с этим именем; если его нет — нового."""
    for message in context.model.of_kind("message"):
        if message.get("name") == name and ident(message):
            return ident(message)
    message_id = context.derived("Message", name)
    context.model.declare("message", message_id, name=name)
    return message_id
