"""Исполнит ли движок событие: правила его разборщика (BpmnParse) и причина отказа словами."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from exchanger.storm.context import definitions_of
from exchanger.storm.model import Model, scope_of
from exchanger.storm.names import Element, bpmn, camunda, ident, kind_of
from exchanger.storm.passes.timers import has_time

_DELEGATES = tuple(camunda(name) for name in ("class", "expression", "delegateExpression"))
_ESCALATION_HOSTS = frozenset({"subProcess", "transaction", "callActivity", "userTask"})


class Position(StrEnum):
    """Место события: от него зависит, что движок допускает."""

    START = "начало процесса"
    TRIGGER = "начало событийного подпроцесса"
    INNER_START = "начало подпроцесса"
    CATCH = "ожидание"
    THROW = "отправка"
    END = "конец"
    BOUNDARY = "граница"


WAITING = frozenset({Position.START, Position.TRIGGER, Position.CATCH, Position.BOUNDARY})
_MUST_HAVE = frozenset({Position.TRIGGER, Position.CATCH, Position.BOUNDARY})


def position_of(event: Element) -> Position:
    """Место события в процессе."""
    match kind_of(event):
        case "startEvent":
            scope = scope_of(event)
            if kind_of(scope) == "process":
                return Position.START
            return Position.TRIGGER if scope.get("triggeredByEvent") == "true" else Position.INNER_START
        case "intermediateCatchEvent":
            return Position.CATCH
        case "intermediateThrowEvent":
            return Position.THROW
        case "endEvent":
            return Position.END
    return Position.BOUNDARY


def obstacle(model: Model, event: Element) -> str:
    """Почему движок не исполнит событие; «» — исполнит."""
    definitions = definitions_of(event)
    position = position_of(event)
    if not definitions:
        return "не сказано, чего ждать" if position in _MUST_HAVE else ""
    return obstacle_of(model, event, definitions[0])


def obstacle_of(model: Model, event: Element, definition: Element) -> str:
    """То же для одного определения события."""
    position = position_of(event)
    if position is Position.INNER_START:
        return "подпроцесс начинается сам, без события"
    rule = _RULES.get(kind_of(definition))
    return rule(model, event, definition, position) if rule else f"{kind_of(definition)} движку неизвестно"


def _timer(_model: Model, _event: Element, definition: Element, position: Position) -> str:
    if position not in WAITING:
        return "таймер здесь не срабатывает"
    return "" if has_time(definition) else "не сказано, когда сработать таймеру"


def _message(model: Model, _event: Element, definition: Element, position: Position) -> str:
    if position not in WAITING:
        external = definition.get(camunda("type")) == "external" and definition.get(camunda("topic"))
        sends = external or any(definition.get(name) for name in _DELEGATES)
        return "" if sends else "не сказано, как отправить сообщение"
    return _named(model, definition, "messageRef", "name", "не сказано, какого сообщения ждать")


def _signal(model: Model, _event: Element, definition: Element, _position: Position) -> str:
    return _named(model, definition, "signalRef", "name", "не сказано, какой это сигнал")


def _conditional(_model: Model, _event: Element, definition: Element, position: Position) -> str:
    if position not in WAITING:
        return "условие здесь не проверяется"
    text = definition.findtext(bpmn("condition"), "").strip()
    return "" if text.startswith(("${", "#{")) else "условие не записано выражением"


def _error(model: Model, _event: Element, definition: Element, position: Position) -> str:
    if position in {Position.TRIGGER, Position.BOUNDARY}:
        return (
            _named(model, definition, "errorRef", "errorCode", "ошибка не описана")
            if definition.get("errorRef")
            else ""
        )
    if position is Position.END:
        return _named(model, definition, "errorRef", "errorCode", "не сказано, какая это ошибка")
    return "ошибку здесь не ловят и не бросают"


def _escalation(model: Model, event: Element, definition: Element, position: Position) -> str:
    if position in {Position.THROW, Position.END}:
        return _named(model, definition, "escalationRef", "escalationCode", "не сказано, какая это эскалация")
    if position is Position.BOUNDARY:
        host = model.node(event.get("attachedToRef"))
        if host is None or kind_of(host) not in _ESCALATION_HOSTS:
            return "эскалацию ловят только на подпроцессе, вызове и пользовательской задаче"
    elif position is not Position.TRIGGER:
        return "эскалацию здесь не ловят"
    return (
        ""
        if definition.get("escalationRef") is None or model.get(definition.get("escalationRef")) is not None
        else "эскалация не описана"
    )


def _compensate(model: Model, event: Element, _definition: Element, position: Position) -> str:
    if position in {Position.THROW, Position.END}:
        return ""
    if position is Position.BOUNDARY:
        for association in model.root.iter(bpmn("association")):
            handler = model.node(association.get("targetRef"))
            if association.get("sourceRef") == ident(event) and handler is not None:
                return "" if handler.get("isForCompensation") == "true" else "к компенсации ничего не присоединено"
    return "к компенсации ничего не присоединено"


def _terminate(_model: Model, _event: Element, _definition: Element, position: Position) -> str:
    return "" if position is Position.END else "завершить процесс может только конечное событие"


def _cancel(model: Model, event: Element, _definition: Element, position: Position) -> str:
    host = model.node(event.get("attachedToRef")) if position is Position.BOUNDARY else scope_of(event)
    fits = position in {Position.END, Position.BOUNDARY} and host is not None and kind_of(host) == "transaction"
    return "" if fits else "отмена бывает только у транзакции"


def _link(_model: Model, event: Element, definition: Element, position: Position) -> str:
    name = definition.get("name", "").strip()
    if position not in {Position.CATCH, Position.THROW} or not name:
        return "ссылка без названия"
    opposite = "intermediateCatchEvent" if position is Position.THROW else "intermediateThrowEvent"
    partners = _links(scope_of(event), opposite, name)
    twins = _links(scope_of(event), "intermediateCatchEvent", name)
    if position is Position.CATCH and twins[0] is not event:
        return "другая ссылка с тем же названием уже ждёт"
    return "" if partners else "у ссылки нет второй половины"


def _links(scope: Element, kind: str, name: str) -> list[Element]:
    events = scope.iterchildren(bpmn(kind))
    return [
        event
        for event in events
        for found in event.iterchildren(bpmn("linkEventDefinition"))
        if found.get("name") == name
    ]


def _named(model: Model, definition: Element, reference: str, attribute: str, refusal: str) -> str:
    target = model.get(definition.get(reference))
    return "" if target is not None and target.get(attribute, "").strip() else refusal


_RULES: dict[str, Callable[[Model, Element, Element, Position], str]] = {
    "timerEventDefinition": _timer,
    "messageEventDefinition": _message,
    "signalEventDefinition": _signal,
    "conditionalEventDefinition": _conditional,
    "errorEventDefinition": _error,
    "escalationEventDefinition": _escalation,
    "compensateEventDefinition": _compensate,
    "terminateEventDefinition": _terminate,
    "cancelEventDefinition": _cancel,
    "linkEventDefinition": _link,
}
