"""Дерево BPMN с указателями: узлы по id, потоки по концам; правки держат указатели верными."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from exchanger.storm.names import CAMUNDA, NODES, SCOPES, Element, bpmn, camunda, ident, kind_of, writable


class Model:
    """Указатели поверх дерева; все правки узлов и потоков идут через него."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self._by_id: dict[str, Element] = {}
        self._out: dict[str, list[Element]] = {}
        self._in: dict[str, list[Element]] = {}
        self._places: dict[str, list[Element]] = {}
        self._attached: dict[str, list[Element]] = {}
        self.reindex()

    def reindex(self) -> None:
        """Построить указатели заново (после правок мимо `Model`)."""
        self._by_id, self._out, self._in, self._places, self._attached = {}, {}, {}, {}, {}
        for element in self.root.iter(f"{bpmn('')}*"):
            if ident(element):
                self._by_id.setdefault(ident(element), element)
            match kind_of(element):
                case "sequenceFlow":
                    self._index(element)
                case "flowNodeRef":
                    self._places.setdefault((element.text or "").strip(), []).append(element)
                case "boundaryEvent":
                    self._attached.setdefault(element.get("attachedToRef", ""), []).append(element)

    @property
    def processes(self) -> list[Element]:
        """Процессы в порядке документа."""
        return self.root.findall(bpmn("process"))

    def get(self, element_id: str | None) -> Element | None:
        """Элемент BPMN по id."""
        return self._by_id.get(element_id or "")

    def node(self, element_id: str | None) -> Element | None:
        """Узел потока по id."""
        found = self.get(element_id)
        return found if found is not None and kind_of(found) in NODES else None

    def nodes(self, *kinds: str) -> list[Element]:
        """Узлы этих родов (без родов — все) в порядке документа; список можно менять по ходу обхода."""
        tags = [bpmn(kind) for kind in kinds or sorted(NODES)]
        return [found for process in self.processes for found in process.iter(*tags)]

    def scopes(self) -> list[Element]:
        """Процессы и подпроцессы, внешние раньше вложенных."""
        tags = [bpmn(kind) for kind in sorted(SCOPES)]
        return [found for process in self.processes for found in process.iter(*tags)]

    def flows(self) -> list[Element]:
        """Все потоки управления."""
        return [flow for process in self.processes for flow in process.iter(bpmn("sequenceFlow"))]

    def outgoing(self, node: Element) -> list[Element]:
        """Потоки из узла в порядке документа."""
        return list(self._out.get(ident(node), ()))

    def incoming(self, node: Element) -> list[Element]:
        """Потоки в узел в порядке документа."""
        return list(self._in.get(ident(node), ()))

    def source(self, flow: Element) -> Element | None:
        """Узел, из которого идёт поток."""
        return self.node(flow.get("sourceRef"))

    def target(self, flow: Element) -> Element | None:
        """Узел, в который идёт поток."""
        return self.node(flow.get("targetRef"))

    def attached(self, node: Element) -> list[Element]:
        """Граничные события узла."""
        return [event for event in self._attached.get(ident(node), ()) if self.node(ident(event)) is event]

    def share_lanes(self, anchor: Element, node_id: str) -> None:
        """Поставить новый узел на дорожки опоры (их несколько, когда дорожки вложены)."""
        for reference in self._places.get(ident(anchor), ()):
            fresh = etree.Element(bpmn("flowNodeRef"))
            fresh.text = node_id
            reference.addnext(fresh)
            self._places.setdefault(node_id, []).append(fresh)

    def retarget(self, flow: Element, node: Element) -> None:
        """Направить поток в другой узел."""
        self._forget(flow, self._in, "targetRef")
        flow.set("targetRef", ident(node))
        self._in.setdefault(ident(node), []).append(flow)

    def resource(self, flow: Element, node: Element) -> None:
        """Пустить поток из другого узла."""
        self._forget(flow, self._out, "sourceRef")
        flow.set("sourceRef", ident(node))
        self._out.setdefault(ident(node), []).append(flow)

    def add(self, scope: Element, kind: str, element_id: str, **attributes: str) -> Element:
        """Новый элемент в конце процесса или подпроцесса."""
        element = etree.SubElement(scope, bpmn(kind), {"id": element_id, **attributes})
        self._by_id[element_id] = element
        if kind == "sequenceFlow":
            self._index(element)
        return element

    def declare(self, kind: str, element_id: str, **attributes: str) -> None:
        """Новый элемент верхнего уровня — перед первым процессом."""
        element = etree.Element(bpmn(kind), {"id": element_id, **attributes})
        self.processes[0].addprevious(element)
        self._by_id[element_id] = element

    def remove(self, element: Element) -> None:
        """Убрать элемент вместе с содержимым; потоки узла должны быть уже убраны или перенаправлены."""
        if kind_of(element) == "sequenceFlow":
            self._forget(element, self._in, "targetRef")
            self._forget(element, self._out, "sourceRef")
        for inner in element.iter(etree.Element):
            self._by_id.pop(ident(inner), None)
        detach(element)

    def renamed(self, element: Element, old: str) -> None:
        """Сообщить о новом id элемента, который не узел потока."""
        self._by_id.pop(old, None)
        self._by_id[ident(element)] = element

    def of_kind(self, kind: str) -> Iterator[Element]:
        """Элементы верхнего уровня этого рода (message, signal, collaboration …)."""
        return self.root.iterchildren(bpmn(kind))

    def _index(self, flow: Element) -> None:
        self._out.setdefault(flow.get("sourceRef", ""), []).append(flow)
        self._in.setdefault(flow.get("targetRef", ""), []).append(flow)

    @staticmethod
    def _forget(flow: Element, ends: dict[str, list[Element]], attribute: str) -> None:
        known = ends.get(flow.get(attribute, ""), [])
        if flow in known:
            known.remove(flow)


def detach(element: Element) -> None:
    """Убрать элемент из дерева."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def forget(element: Element, *attributes: str) -> None:
    """Снять атрибуты, если они есть."""
    for name in attributes:
        if name in element.attrib:
            del element.attrib[name]


def scope_of(node: Element) -> Element:
    """Процесс или подпроцесс, в котором стоит узел."""
    parent = node.getparent()
    assert parent is not None, "узел без процесса"
    return parent


def process_of(node: Element) -> Element:
    """Процесс узла."""
    return node if kind_of(node) == "process" else next(node.iterancestors(bpmn("process")))


def extension_elements(element: Element) -> Element:
    """`extensionElements` элемента; если их нет — новые."""
    found = element.find(bpmn("extensionElements"))
    if found is None:
        found = etree.Element(bpmn("extensionElements"))
        element.insert(len(element.findall(bpmn("documentation"))), found)
    return found


def property_of(element: Element, name: str) -> str | None:
    """Значение свойства `camunda:property`; None — нет."""
    path = f"{bpmn('extensionElements')}/{camunda('properties')}/{camunda('property')}"
    return next((found.get("value", "") for found in element.iterfind(path) if found.get("name") == name), None)


def set_property(element: Element, name: str, value: str) -> None:
    """Записать свойство `camunda:property`; прежнее значение заменяется."""
    extensions = extension_elements(element)
    properties = extensions.find(camunda("properties"))
    if properties is None:
        properties = etree.SubElement(extensions, camunda("properties"))
    for found in properties.iterchildren(camunda("property")):
        if found.get("name") == name:
            found.set("value", writable(value))
            return
    etree.SubElement(properties, camunda("property"), {"name": name, "value": writable(value)})


def drop_property(element: Element, name: str) -> None:
    """Убрать свойство `camunda:property`, если оно есть."""
    path = f"{bpmn('extensionElements')}/{camunda('properties')}/{camunda('property')}"
    for found in element.findall(path):
        if found.get("name") == name:
            detach(found)


def has_engine_settings(element: Element) -> bool:
    """Настроен ли элемент для движка: атрибуты Camunda или её расширения, кроме свойств."""
    if any(str(name).startswith(f"{{{CAMUNDA}}}") for name in element.attrib):
        return True
    inner = element.iterfind(f"{bpmn('extensionElements')}/{{{CAMUNDA}}}*")
    return any(found.tag != camunda("properties") for found in inner)
