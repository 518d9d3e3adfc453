"""Таймеры: время из правил, иначе из подписи события; чего не понять — назвать."""

from __future__ import annotations

from lxml import etree

from exchanger.storm.context import Context, definitions_of, label
from exchanger.storm.model import detach
from exchanger.storm.names import XSI, Element, bpmn, ident, kind_of
from exchanger.storm.timing import Timing, understand

TIMES = ("timeDate", "timeDuration", "timeCycle")
_REMEDY = "укажите длительность в правилах (timers) или подпишите событие: «через 3 дня»."


def set_timers(context: Context) -> None:
    """Проход: каждому таймеру без времени — время из правил или подписи."""
    for event in context.model.nodes("startEvent", "intermediateCatchEvent", "boundaryEvent"):
        for definition in definitions_of(event):
            if kind_of(definition) == "timerEventDefinition":
                _set(context, event, definition)


def has_time(definition: Element) -> bool:
    """Сказано ли таймеру, когда сработать."""
    return any(definition.findtext(bpmn(tag), "").strip() for tag in TIMES)


def _set(context: Context, event: Element, definition: Element) -> None:
    given = context.policy.timers.get(ident(event))
    if given is not None:
        _given(context, event, definition, given)
    elif not has_time(definition):
        _from_label(context, event, definition)


def _given(context: Context, event: Element, definition: Element, text: str) -> None:
    timing = understand(text)
    if timing is None:
        context.found.error(event, f"Время таймера в правилах не понято: «{text}».", "запишите по ISO 8601: P3D, PT2H.")
    elif definition.findtext(bpmn(timing.tag)) != timing.value:
        _write(definition, timing)
        context.found.change(event, f"Время таймера из правил: {timing.value}.")


def _from_label(context: Context, event: Element, definition: Element) -> None:
    timing = understand(label(event))
    if timing is None:
        context.found.doubt(event, "Время таймера не понято из подписи.", _REMEDY)
        return
    if kind_of(event) == "startEvent":
        # A start timer works by itself from the moment of deployment, so a caption alone never switches one on.
        context.found.doubt(
            event, f"Подпись похожа на время ({timing.value}), но сам процесс запускаться не будет.", _REMEDY
        )
        return
    _write(definition, timing)
    context.found.change(event, f"Время таймера из подписи: {timing.value}.")
    if timing.caveat:
        context.found.doubt(event, timing.caveat + ".", "если важна точность, задайте срок в правилах (timers).")


def _write(definition: Element, timing: Timing) -> None:
    for child in [child for child in definition if kind_of(child) in TIMES]:
        detach(child)
    expression = etree.SubElement(definition, bpmn(timing.tag))
    prefix = next(name for name, space in expression.nsmap.items() if space == expression.tag[1:].partition("}")[0])
    expression.set(f"{{{XSI}}}type", f"{prefix}:tFormalExpression" if prefix else "tFormalExpression")
    expression.text = timing.value
