"""Ссылки: движок не знает узла-отправки, поэтому поток из неё он не примет; такая пара соединяется потоком."""

from __future__ import annotations

from exchanger.storm.context import Context, definitions_of
from exchanger.storm.model import detach, scope_of
from exchanger.storm.names import Element, bpmn, kind_of


def unlink(context: Context) -> None:
    """Проход: отправка, из которой выходят потоки, и её ожидание — обычные события с потоком между ними."""
    for throw in context.model.nodes("intermediateThrowEvent"):
        name = _link(throw)
        if name and context.model.outgoing(throw):
            _connect(context, throw, name)


def _connect(context: Context, throw: Element, name: str) -> None:
    catch = next((each for each in _partners(throw, "intermediateCatchEvent") if _link(each) == name), None)
    if catch is None:
        return  # without a second half it is settled with the other events
    _unmark(throw)
    context.connect(throw, catch)
    context.found.loss(
        throw, f"Ссылка «{name}» заменена потоком: после неё нарисован ещё один.", "уберите один из них."
    )
    if not any(_link(each) == name for each in _partners(throw, "intermediateThrowEvent")):
        _unmark(catch)
        catch.tag = bpmn("intermediateThrowEvent")
        context.found.loss(catch, f"Ссылка «{name}» заменена потоком из другой её половины.")


def _partners(throw: Element, kind: str) -> list[Element]:
    return list(scope_of(throw).iterchildren(bpmn(kind)))


def _link(event: Element) -> str:
    links = (found for found in definitions_of(event) if kind_of(found) == "linkEventDefinition")
    return next((found.get("name", "").strip() for found in links), "")


def _unmark(event: Element) -> None:
    for definition in definitions_of(event):
        if kind_of(definition) == "linkEventDefinition":
            detach(definition)
