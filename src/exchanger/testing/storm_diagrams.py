"""Стратегия Hypothesis: диаграммы в манере выгрузки StormBPMN, верные схеме и неудобные для переноса.

Цепочки событий без настроек, много пулов и дорожек, цепочки шлюзов, свёрнутые и пустые подпроцессы, неразрывные пробелы
и переводы строк в названиях, начала без процесса и процессы без начала, неполный рисунок, одинаковые id процессов.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import strategies as st
from lxml import etree

from exchanger.storm.geometry import size_of
from exchanger.storm.names import DC, DI, MODEL, OMG_DI, STORM, XSI, Element, bpmn
from exchanger.storm.policy import Assignee, DiagramInfo

T = TypeVar("T")

PROCESS_ID = "Process_1d4oa6g46"
"""Id процесса из шаблона StormBPMN: он один и тот же во многих диаграммах."""

_NAMESPACES = {"bpmn": MODEL, "bpmndi": DI, "dc": DC, "di": OMG_DI, "xsi": XSI, "storm": STORM}
_NAMES = (
    "",
    "Согласовать\u00a0договор",
    "Проверить\nдокументы",
    " Отправить письмо ",
    "Оплатить «счёт»",
    'A & "B" < C',
)
_QUESTIONS = ("", "Согласовано?", "Есть\u00a0замечания?", "Сумма > 100 тыс.\nруб.?")
_LABELS = (
    "",
    "да",
    "нет",
    "Да ",
    "НЕТ",
    "Нет, на доработку",
    "да!",
    "ДА\n",
    "Частично",
    "нет замечаний",
    "\u00a0Есть замечания",
)
_TIMES = ("до 14 р. дн.", "через 3 дня", "2 часа", "по готовности", "", "P3D")
_TASKS = ("task", "userTask", "manualTask", "sendTask", "receiveTask", "scriptTask", "businessRuleTask", "serviceTask")
_GATEWAYS = ("exclusiveGateway", "parallelGateway", "inclusiveGateway", "complexGateway", "eventBasedGateway")
_MIDDLE = ("intermediateCatchEvent", "intermediateThrowEvent")
_CATCHES = ("timer", "message", "signal", "conditional", "link", "")
_THROWS = ("", "message", "signal", "escalation", "compensate", "link")
_ENDS = ("", "", "message", "terminate", "error", "signal", "escalation")
_STARTS = ("", "", "timer", "message", "signal")
_BOUNDARIES = ("timer", "message", "error", "signal", "escalation", "")
_DESCRIPTIONS = (
    "",
    "<p>ЧЕКЛИСТ: Документы</p><ul><li>Паспорт</li><li>Договор</li></ul>",
    "<p>ЧЕКЛИСТ: Проверка • первое • второе</p>",
    '<p>ЧЕКЛИСТ: <a href="https://b24.example/company/personal/user/1/tasks/task/view/77/">задача</a></p>',
)


@dataclass(frozen=True, slots=True)
class StormDiagram:
    """Выгрузка: тело, сведения, ответственные."""

    xml: bytes
    info: DiagramInfo
    assignees: tuple[Assignee, ...]


@dataclass(slots=True)
class _Builder:
    """Строит документ, беря решения у Hypothesis."""

    draw: Callable[[st.SearchStrategy[object]], object]
    root: Element
    plane: Element
    drawn: str
    count: int = 0
    boxes: dict[str, tuple[float, float, float, float]] = field(default_factory=dict)

    def pick(self, options: tuple[T, ...]) -> T:
        chosen: T = self.draw(st.sampled_from(options))  # type: ignore[assignment]  # Hypothesis' draw is generic
        return chosen

    def upto(self, limit: int) -> int:
        return self.pick(tuple(range(limit + 1)))

    def fresh(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}_{self.count:04d}abc"

    def element(self, parent: Element, kind: str, prefix: str, **attributes: str) -> Element:
        given = {name: value for name, value in attributes.items() if value}
        return etree.SubElement(parent, bpmn(kind), {"id": self.fresh(prefix), **given})


@st.composite
def storm_diagrams(draw: st.DrawFn, *, max_nodes: int = 9, max_pools: int = 3) -> StormDiagram:
    """Одна диаграмма; `max_nodes` — сколько узлов в одной области, `max_pools` — сколько пулов."""
    root = etree.Element(
        bpmn("definitions"), {"id": "Definitions_1", "targetNamespace": "http://bpmn.io/schema/bpmn"}, nsmap=_NAMESPACES
    )
    diagram = etree.Element(f"{{{DI}}}BPMNDiagram", {"id": "BPMNDiagram_1"})
    plane = etree.SubElement(diagram, f"{{{DI}}}BPMNPlane", {"id": "BPMNPlane_1"})
    build = _Builder(draw, root, plane, draw(st.sampled_from(("all", "all", "some", "none"))))
    pools = build.upto(max_pools)
    collaboration = etree.SubElement(root, bpmn("collaboration"), {"id": "Collaboration_1"}) if pools else None
    for number in range(max(pools, 1)):
        _add_process(build, collaboration, number, max_nodes)
    if collaboration is not None:
        _add_message_flows(build, collaboration)
    root.extend(list(root.iterchildren(diagram.tag)))  # planes of sub-processes: the schema wants diagrams last
    if build.drawn != "none":
        plane.set("bpmnElement", "Collaboration_1" if pools else PROCESS_ID)
        root.append(diagram)
    return _finish(build)


def _finish(build: _Builder) -> StormDiagram:
    uuid: str = build.draw(st.uuids(version=4).map(str))  # type: ignore[assignment]  # as above
    tasks = [task.get("id", "") for kind in _TASKS for task in build.root.iter(bpmn(kind))]
    chosen = tasks[: build.upto(3)]
    people = tuple(Assignee(task, "Юрист", "17", build.pick(_DESCRIPTIONS)) for task in chosen)
    xml = etree.tostring(build.root, encoding="UTF-8", xml_declaration=True)
    return StormDiagram(xml, DiagramInfo(uuid, "Договор", "3", "DONE", {"processType": "TOBE"}), people)


def _add_process(build: _Builder, collaboration: Element | None, number: int, max_nodes: int) -> None:
    process_id = PROCESS_ID if number == 0 else f"Process_pool{number}"
    if collaboration is not None:
        pool = build.element(collaboration, "participant", "Participant", name=build.pick(_NAMES))
        _draw_shape(build, pool, (60.0, 80.0 + 400 * number, 1500.0, 380.0))
        if number and build.pick((True, False, False)):
            return  # an empty pool has no process at all
        pool.set("processRef", process_id)
    process = etree.SubElement(build.root, bpmn("process"), {"id": process_id, "isExecutable": "false"})
    nodes = _add_nodes(build, process, 1 + build.upto(max_nodes - 1), depth=0, top=100.0 + 400 * number)
    with_lanes, with_note = build.upto(1), build.upto(1)
    if with_lanes:
        _add_lanes(build, process, nodes)
    if with_note:
        note = build.element(process, "textAnnotation", "TextAnnotation")
        etree.SubElement(note, bpmn("text")).text = "пояснение"
        build.element(
            process, "association", "Association", sourceRef=nodes[-1].get("id", ""), targetRef=note.get("id", "")
        )


def _add_nodes(build: _Builder, scope: Element, count: int, *, depth: int, top: float) -> list[Element]:
    """Узлы и потоки одной области: каждый узел обычно связан с одним из предыдущих, часть потоков — лишние."""
    nodes = [_add_start(build, scope, depth) for _ in range(build.pick((1, 1, 1, 0, 2)))]
    nodes += [_add_node(build, scope, depth) for _ in range(count)]
    nodes += [_add_event(build, scope, "endEvent", _ENDS) for _ in range(build.upto(2))]
    for index, node in enumerate(nodes):
        _draw_shape(
            build, node, (150.0 + 130 * index + 0.5, top + 90 * (index % 3), *size_of(etree.QName(node).localname))
        )
    hosts = [node for node in nodes if etree.QName(node).localname in {*_TASKS, "subProcess", "callActivity"}]
    extra = [_add_boundary(build, scope, build.pick(tuple(hosts))) for _ in range(build.upto(2) if hosts else 0)]
    _connect(build, scope, nodes, extra)
    return nodes + extra


def _add_start(build: _Builder, scope: Element, depth: int) -> Element:
    return _add_event(build, scope, "startEvent", _STARTS if depth == 0 else ("",))


def _add_node(build: _Builder, scope: Element, depth: int) -> Element:
    kind = build.pick((*_TASKS, *_GATEWAYS[:1] * 4, *_GATEWAYS, *_MIDDLE, *_MIDDLE, "callActivity", "subProcess"))
    if kind in _GATEWAYS:
        return build.element(scope, kind, "Gateway", name=build.pick(_QUESTIONS))
    if kind == "intermediateCatchEvent":
        return _add_event(build, scope, kind, _CATCHES)
    if kind == "intermediateThrowEvent":
        return _add_event(build, scope, kind, _THROWS)
    node = build.element(scope, kind, "Activity", name=build.pick(_NAMES))
    if kind == "callActivity":
        link = json.dumps({"id": "11111111-2222-4333-8444-555555555555"})
        node.set(f"{{{STORM}}}StormUrl", build.pick(("null", link, "не JSON")))
    elif kind == "subProcess":
        _fill_subprocess(build, node, depth)
    elif build.pick((False, False, False, True)):
        build.element(node, build.pick(("multiInstanceLoopCharacteristics", "standardLoopCharacteristics")), "Loop")
    return node


def _fill_subprocess(build: _Builder, node: Element, depth: int) -> None:
    if depth or build.pick((True, False)):
        return  # empty: a collapsed box that nobody has opened
    plane = build.plane
    if build.drawn == "all" and build.pick((True, False)):
        diagram = etree.SubElement(build.root, f"{{{DI}}}BPMNDiagram", {"id": build.fresh("BPMNDiagram")})
        attributes = {"id": build.fresh("BPMNPlane"), "bpmnElement": node.get("id", "")}
        build.plane = etree.SubElement(diagram, f"{{{DI}}}BPMNPlane", attributes)
    _add_nodes(build, node, 1 + build.upto(2), depth=depth + 1, top=2000.0)
    build.plane = plane


def _add_event(build: _Builder, scope: Element, kind: str, definitions: tuple[str, ...]) -> Element:
    definition = build.pick(definitions)
    name = build.pick(_TIMES) if definition == "timer" else build.pick(_NAMES)
    event = build.element(scope, kind, "Event", name=name)
    if definition:
        attributes = {"name": build.pick(("A", "Б"))} if definition == "link" else {}
        build.element(event, f"{definition}EventDefinition", "EventDefinition", **attributes)
    if definition == "conditional":
        condition = etree.SubElement(event[0], bpmn("condition"))
        condition.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
        condition.text = "наступил отпуск"
    return event


def _add_boundary(build: _Builder, scope: Element, host: Element) -> Element:
    event = _add_event(build, scope, "boundaryEvent", _BOUNDARIES)
    event.set("attachedToRef", host.get("id", ""))
    if len(event) and "error" not in event[0].tag and build.pick((True, False)):
        event.set("cancelActivity", "false")
    _draw_shape(build, event, (150.0, 200.0, 36.0, 36.0))
    return event


def _connect(build: _Builder, scope: Element, nodes: list[Element], extra: list[Element]) -> None:
    enterable = [node for node in nodes if node.tag != bpmn("startEvent")]
    for index, node in enumerate(nodes):
        before = [found for found in nodes[:index] if found.tag != bpmn("endEvent")]
        if node in enterable and before and build.pick((True,) * 9 + (False,)):
            _add_flow(build, scope, build.pick(tuple(before[-3:])), node)
    leavable = [node for node in nodes if node.tag != bpmn("endEvent")]
    for _ in range(build.upto(4) if leavable and enterable else 0):
        _add_flow(build, scope, build.pick(tuple(leavable)), build.pick(tuple(enterable)))
    for event in extra:
        if enterable:
            _add_flow(build, scope, event, build.pick(tuple(enterable)))


def _add_flow(build: _Builder, scope: Element, source: Element, target: Element) -> None:
    from_gateway = source.tag.endswith("Gateway")
    ends = {"sourceRef": source.get("id", ""), "targetRef": target.get("id", "")}
    flow = build.element(scope, "sequenceFlow", "Flow", name=build.pick(_LABELS) if from_gateway else "", **ends)
    for node, tag in ((source, "outgoing"), (target, "incoming")):
        reference = etree.Element(bpmn(tag))
        reference.text = flow.get("id")
        node.insert(
            len(node.findall(bpmn("incoming"))) + (len(node.findall(bpmn("outgoing"))) if tag == "outgoing" else 0),
            reference,
        )
    if build.drawn == "all" or (build.drawn == "some" and build.pick((True, False))):
        edge = etree.SubElement(
            build.plane, f"{{{DI}}}BPMNEdge", {"id": f"{flow.get('id')}_di", "bpmnElement": flow.get("id", "")}
        )
        for node in (source, target):
            x, y, width, height = build.boxes.get(node.get("id", ""), (0.0, 0.0, 36.0, 36.0))
            etree.SubElement(edge, f"{{{OMG_DI}}}waypoint", {"x": str(x + width / 2), "y": str(y + height / 2)})


def _add_lanes(build: _Builder, process: Element, nodes: list[Element]) -> None:
    lanes = etree.Element(bpmn("laneSet"), {"id": build.fresh("LaneSet")})
    process.insert(0, lanes)
    pair = [build.element(lanes, "lane", "Lane", name=name) for name in ("Отдел", "Юристы")]
    for index, node in enumerate(nodes):
        etree.SubElement(pair[index % 2], bpmn("flowNodeRef")).text = node.get("id")


def _add_message_flows(build: _Builder, collaboration: Element) -> None:
    pools = [pool.get("id", "") for pool in collaboration]
    events = [found.get("id", "") for kind in _MIDDLE for found in build.root.iter(bpmn(kind))]
    for source in events[: build.upto(2)]:
        build.element(collaboration, "messageFlow", "Flow", sourceRef=source, targetRef=build.pick(tuple(pools)))


def _draw_shape(build: _Builder, element: Element, box: tuple[float, float, float, float]) -> None:
    build.boxes[element.get("id", "")] = box
    if build.drawn == "none" or (build.drawn == "some" and build.pick((True, False))):
        return
    attributes = {"id": f"{element.get('id')}_di", "bpmnElement": element.get("id", "")}
    if element.tag == bpmn("subProcess"):
        attributes["isExpanded"] = "false"
    shape = etree.SubElement(build.plane, f"{{{DI}}}BPMNShape", attributes)
    values = {name: str(value) for name, value in zip(("x", "y", "width", "height"), box, strict=True)}
    etree.SubElement(shape, f"{{{DC}}}Bounds", values)
