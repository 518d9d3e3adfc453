"""Документ как элементы с id и их собственным содержимым: что в нём сравнивать."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from exchanger.storm.names import CAMUNDA, CUSTOM, NODES, XSI, Element, bpmn, ident, kind_of

_UNITS = NODES | {
    "association", "collaboration", "dataObject", "dataObjectReference", "dataStoreReference", "error", "escalation",
    "group", "lane", "message", "messageFlow", "participant", "process", "sequenceFlow", "signal", "textAnnotation",
}  # fmt: skip
_DERIVED = frozenset({bpmn("incoming"), bpmn("outgoing"), bpmn("flowNodeRef")})  # said by the flows, and by `lane`
_SPACES = {CAMUNDA: "camunda:", CUSTOM: "custom:", XSI: "xsi:"}
_NAMING = ("name", "key", "event", "source")


@dataclass(frozen=True, slots=True)
class Unit:
    """Элемент: `facts` — место внутри него → значение; вложенные элементы в него не входят."""

    id: str
    kind: str
    name: str
    facts: Mapping[str, str]


def units(root: Element) -> dict[str, Unit]:
    """Элементы документа по id, в его порядке."""
    lanes = _lanes(root)
    found: dict[str, Unit] = {}
    for element in root.iter(*(bpmn(kind) for kind in sorted(_UNITS))):
        if ident(element):
            facts = dict(_attributes(element, "")) | dict(_inside(element, ""))
            if ident(element) in lanes:
                facts["lane"] = lanes[ident(element)]
            name = " ".join(element.get("name", "").split())
            found.setdefault(ident(element), Unit(ident(element), kind_of(element), name, facts))
    return found


def _lanes(root: Element) -> dict[str, str]:
    held: dict[str, list[str]] = {}
    for reference in root.iter(bpmn("flowNodeRef")):
        lane = reference.getparent()
        if lane is not None:
            held.setdefault((reference.text or "").strip(), []).append(" ".join(lane.get("name", "").split()))
    return {node: ", ".join(names) for node, names in held.items() if any(names)}


def _attributes(element: Element, path: str, naming: str = "") -> Iterator[tuple[str, str]]:
    for name, value in element.attrib.items():
        shown = _name(str(name))
        if shown not in {"id", naming}:  # its own id names the unit; of what is inside, ids say nothing
            yield f"{path}@{shown}", str(value)


def _inside(element: Element, path: str) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for child in element.iterchildren(etree.Element):
        if child.tag in _DERIVED or kind_of(child) in _UNITS:
            continue
        naming = next((name for name in _NAMING if child.get(name)), "")
        step = _name(str(child.tag)) + (f"[{child.get(naming)}]" if naming else "")
        seen[step] += 1
        here = path + step + (f"#{seen[step]}" if seen[step] > 1 else "")
        text = (child.text or "").strip()
        if text:
            yield here, text
        elif not len(child) and not child.attrib:
            yield here, "есть"
        yield from _attributes(child, f"{here}/", naming)
        yield from _inside(child, f"{here}/")


def _name(tag: str) -> str:
    space, _, local = tag.rpartition("}")
    return _SPACES.get(space.removeprefix("{"), "") + local
