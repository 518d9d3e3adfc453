"""Правила о началах и событиях."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from exchanger.storm.context import definitions_of
from exchanger.storm.executable import Position, obstacle, position_of
from exchanger.storm.gate.juel import is_expression
from exchanger.storm.gate.scene import Hits, Scene, text_of
from exchanger.storm.names import ACTIVITIES, EVENTS, Element, bpmn, camunda, kind_of

_NUMBER = r"\d+(?:[.,]\d+)?"
_DURATION = rf"P(?!$)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:{_NUMBER}S)?)?"
_DATE = r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_TIMES = {
    "timeDuration": re.compile(_DURATION),
    "timeDate": re.compile(_DATE),
    "timeCycle": re.compile(rf"R\d*/(?:{_DATE}/)?{_DURATION}(?:/{_DATE})?|(?:\S+ ){{5,6}}\S+"),
}


def not_executable(kind: str) -> Callable[[Scene], Hits]:
    """Правило: событие с определением этого рода движок не исполнит («» — событие без определения)."""

    def find(scene: Scene) -> Hits:
        for event in scene.nodes(*sorted(EVENTS)):
            definitions = definitions_of(event)
            if (kind_of(definitions[0]) if definitions else "") == kind:
                reason = obstacle(scene.model, event)
                if reason and not _is_silent(event, kind):
                    yield event, reason

    return find


def silent(scene: Scene) -> Hits:
    """Событие, которое движок примет и молча ничего не сделает."""
    for event in scene.nodes(*sorted(EVENTS)):
        for definition in definitions_of(event)[:1]:
            reason = obstacle(scene.model, event)
            if reason and _is_silent(event, kind_of(definition)):
                yield event, reason


def _is_silent(event: Element, definition: str) -> bool:
    """Seen on Camunda 7.24: it deploys, the message is not sent, nothing is compensated."""
    sends = definition == "messageEventDefinition" and position_of(event) in {Position.THROW, Position.END}
    external = any(found.get(camunda("type")) for found in definitions_of(event))
    return (sends and not external) or (
        definition == "compensateEventDefinition" and position_of(event) is Position.BOUNDARY
    )


def several_definitions(scene: Scene) -> Hits:
    """Событие, которое ждёт сразу нескольких вещей."""
    for event in scene.nodes(*sorted(EVENTS)):
        found = definitions_of(event)
        if len(found) > 1:
            yield event, ", ".join(kind_of(each) for each in found)


def bad_time(scene: Scene) -> Hits:
    """Срок таймера, которого движок не прочтёт."""
    for event in scene.nodes(*sorted(EVENTS)):
        for name, pattern in _TIMES.items():
            for time in event.iterfind(f"{bpmn('timerEventDefinition')}/{bpmn(name)}"):
                text = text_of(time)
                if text and not is_expression(text) and pattern.fullmatch(text) is None:
                    yield event, text


def several_plain_starts(scene: Scene) -> Hits:
    """Второе начало без события."""
    for scope in scene.scopes():
        yield from ((start, "") for start in _starts(scope, plain=True)[1:])


def no_start(scene: Scene) -> Hits:
    """Процесс или подпроцесс, который не с чего начать."""
    for scope in scene.scopes():
        if kind_of(scope) != "adHocSubProcess" and not scope.findall(bpmn("startEvent")):
            yield scope, ""


def event_subprocess_starts(scene: Scene) -> Hits:
    """Событийный подпроцесс начинается одним событием."""
    for scope in scene.nodes("subProcess"):
        if scope.get("triggeredByEvent") == "true":
            starts = scope.findall(bpmn("startEvent"))
            yield from ((start, "") for start in starts[1:])


def same_start(scene: Scene) -> Hits:
    """Два начала одного процесса, которые ждут одного и того же сообщения или сигнала."""
    for process in scene.processes:
        seen: set[tuple[str, str]] = set()
        for start in process.iterchildren(bpmn("startEvent")):
            yield from ((start, name) for name in _repeated(_awaited(scene, start), seen))


def twice_awaited(scene: Scene) -> Hits:
    """Одно сообщение ждут дважды на одном элементе: две границы или граница и сама задача."""
    for host in scene.nodes(*sorted(ACTIVITIES)):
        message = scene.model.get(host.get("messageRef"))
        seen = (
            {("message", message.get("name", ""))} if kind_of(host) == "receiveTask" and message is not None else set()
        )
        for event in scene.model.attached(host):
            yield from ((event, name) for name in _repeated(_awaited(scene, event), seen))


def _awaited(scene: Scene, event: Element) -> Iterator[tuple[str, str]]:
    for kind in ("message", "signal"):
        for definition in event.iterchildren(bpmn(f"{kind}EventDefinition")):
            named = scene.model.get(definition.get(f"{kind}Ref"))
            if named is not None and named.get("name"):
                yield kind, named.get("name", "")


def _repeated(awaited: Iterable[tuple[str, str]], seen: set[tuple[str, str]]) -> Iterator[str]:
    for each in awaited:
        if each in seen:
            yield each[1]
        seen.add(each)


def _starts(scope: Element, *, plain: bool) -> list[Element]:
    return [start for start in scope.iterchildren(bpmn("startEvent")) if plain is not bool(definitions_of(start))]
