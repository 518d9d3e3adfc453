"""Чем один исполняемый документ отличается от другого: элементы, темы, условия, ответственные, таймеры."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from exchanger.storm.change import Aspect, Change, aspect_of
from exchanger.storm.names import DI, Element
from exchanger.storm.tree import parse
from exchanger.storm.units import Unit, units


@dataclass(frozen=True, slots=True)
class Difference:
    """Перемены по порядку нового документа, затем удалённое; `drawing` — сдвинут рисунок.

    `noise` — какие сведения о диаграмме (`custom:diagram`) стали другими; сами по себе развёртывания не требуют.
    """

    changes: tuple[Change, ...] = ()
    drawing: bool = False
    noise: tuple[str, ...] = ()

    @property
    def matters(self) -> bool:
        """Стоит ли ради этого новой версии."""
        return bool(self.changes) or self.drawing

    def of(self, aspect: Aspect) -> tuple[Change, ...]:
        """Перемены одного вида."""
        return tuple(change for change in self.changes if change.aspect is aspect)

    def lines(self) -> list[str]:
        """Для чтения, строка на перемену."""
        told = [str(change) for change in self.changes]
        if self.drawing:
            told.append("рисунок: элементы сдвинуты или перерисованы")
        return told or ["различий нет"]


def difference(old: bytes, new: bytes) -> Difference:
    """Сравнить два документа BPMN; `Reject` — один из них не прочитать."""
    before, after = parse(old), parse(new)
    was, now = units(before), units(after)
    changes = [change for key, unit in now.items() for change in _changed(was.get(key), unit)]
    changes += [_whole(Aspect.REMOVED, unit) for key, unit in was.items() if key not in now]
    return Difference(
        tuple(change for change in changes if change.aspect is not Aspect.NOISE),
        drawing=_drawing(before) != _drawing(after),
        noise=tuple(sorted({change.what.rpartition(":")[2] for change in changes if change.aspect is Aspect.NOISE})),
    )


def _changed(old: Unit | None, new: Unit) -> Iterator[Change]:
    if old is None:
        yield _whole(Aspect.ADDED, new)
        return
    if old.kind != new.kind:
        yield Change(Aspect.KIND, new.id, new.name, new.kind, "род", old.kind, new.kind)
    for path in sorted(old.facts.keys() | new.facts.keys()):
        was, now = old.facts.get(path, ""), new.facts.get(path, "")
        if was != now:
            yield Change(aspect_of(path), new.id, new.name, new.kind, path, was, now)


def _whole(aspect: Aspect, unit: Unit) -> Change:
    return Change(aspect, unit.id, unit.name, unit.kind, "", *_both(aspect, unit))


def _both(aspect: Aspect, unit: Unit) -> tuple[str, str]:
    told = _summary(unit.facts)
    return ("", told) if aspect is Aspect.ADDED else (told, "")


def _summary(facts: Mapping[str, str]) -> str:
    """What of an added or removed element decides its work."""
    telling = {Aspect.TOPIC, Aspect.CONDITION, Aspect.ASSIGNEE, Aspect.TIMER, Aspect.CALL, Aspect.ROUTE}
    return ", ".join(value for path, value in sorted(facts.items()) if aspect_of(path) in telling and value)


def _drawing(root: Element) -> frozenset[bytes]:
    """Shapes and edges as they are drawn, whatever their order and their own ids."""
    drawn: set[bytes] = set()
    for shape in root.iter(f"{{{DI}}}BPMNShape", f"{{{DI}}}BPMNEdge", f"{{{DI}}}BPMNPlane"):
        own = etree.Element(shape.tag, {str(name): str(value) for name, value in shape.attrib.items() if name != "id"})
        own.extend([] if shape.tag == f"{{{DI}}}BPMNPlane" else [_bare(child) for child in shape])
        drawn.add(etree.tostring(own, method="c14n"))
    return frozenset(drawn)


def _bare(element: Element) -> Element:
    """A copy without white space between its tags."""
    copy = etree.fromstring(etree.tostring(element, with_tail=False), etree.XMLParser(remove_blank_text=True))
    etree.cleanup_namespaces(copy)
    return copy
