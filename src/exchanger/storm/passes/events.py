"""События: исполнимое остаётся, остальное — по правилам; каждая потеря названа."""

from __future__ import annotations

from exchanger.storm.bypass import bypass
from exchanger.storm.context import Context, await_message, definitions_of, message_name
from exchanger.storm.executable import WAITING, Position, obstacle, obstacle_of, position_of
from exchanger.storm.model import detach, forget
from exchanger.storm.names import EVENTS, NODES, Element, bpmn, ident, kind_of
from exchanger.storm.passes.tasks import externalise
from exchanger.storm.policy import Unmapped

_MAP = "задайте событие в правилах (timers, messages)."
_DATA = frozenset({"dataOutput", "dataInput", "outputSet", "inputSet", "dataOutputAssociation", "dataInputAssociation"})


def settle_events(context: Context) -> None:
    """Проход: применить правила к событиям, которых движок не исполнит."""
    for event in context.model.nodes(*sorted(EVENTS)):
        _keep_one_definition(context, event)
        reason = obstacle(context.model, event)
        forced = context.forced.get(ident(event))
        if reason or forced:
            _apply(context, event, forced or _policy(context, event), reason or "об исходе спросят человека")


def _keep_one_definition(context: Context, event: Element) -> None:
    for reference in event.findall(bpmn("eventDefinitionRef")):
        context.found.loss(event, "Общее определение события (eventDefinitionRef) убрано: движок его не читает.", _MAP)
        detach(reference)
    definitions = definitions_of(event)
    if len(definitions) < 2:  # noqa: PLR2004  # one definition or none is the rule
        return
    fit = next((found for found in definitions if not obstacle_of(context.model, event, found)), definitions[0])
    forget(event, "parallelMultiple")
    for definition in definitions:
        if definition is not fit:
            context.found.loss(event, f"Из нескольких определений события убрано {kind_of(definition)}.")
            detach(definition)


def _policy(context: Context, event: Element) -> Unmapped:
    given = context.policy.events.get(ident(event))
    if given is not None:
        return given
    match position_of(event):
        case Position.CATCH:
            return context.policy.catches
        case Position.THROW:
            return context.policy.throws
        case Position.END:
            return context.policy.ends
        case Position.BOUNDARY:
            return context.policy.boundaries
        case Position.TRIGGER:
            return Unmapped.MESSAGE
    return Unmapped.DROP


def _apply(context: Context, event: Element, policy: Unmapped, reason: str) -> None:
    position = position_of(event)
    if policy is Unmapped.KEEP:
        context.found.error(event, f"Событие оставлено, но движок его не примет: {reason}.", _MAP)
    elif policy is Unmapped.MESSAGE and position in WAITING:
        name = message_name(event)
        await_message(context, event, name)
        context.found.loss(event, f"Событие само не наступит ({reason}): ждёт сообщения «{name}».", _MAP)
    elif position is Position.END:
        _end(context, event, reason, as_task=policy is Unmapped.TASK)
    elif position in {Position.START, Position.INNER_START}:
        _bare(event)
        context.found.loss(event, f"Начало стало обычным: {reason}.", _MAP)
    elif position in {Position.TRIGGER, Position.BOUNDARY}:
        _cut(context, event, reason)
    elif policy is Unmapped.TASK:
        _as_task(context, event, reason)
    else:
        context.found.loss(event, f"Событие удалено: {reason}.", _MAP)
        bypass(context, event)


def _end(context: Context, event: Element, reason: str, *, as_task: bool) -> None:
    if not as_task:
        _bare(event)
        context.found.loss(event, f"Конец стал обычным: {reason}.", _MAP)
        return
    _as_task(context, event, reason)
    context.connect(event, context.insert("endEvent", "Event", event, before=False))


def _as_task(context: Context, event: Element, reason: str) -> None:
    context.found.loss(event, f"Вместо события задача человеку: {reason}.", _MAP)
    _bare(event)
    _forget_data(context, event)
    forget(event, "parallelMultiple", "isInterrupting")
    if not event.get("name"):
        event.set("name", "Дождаться события" if kind_of(event) == "intermediateCatchEvent" else "Отправить сообщение")
    externalise(context, event)


def _bare(event: Element) -> None:
    for definition in definitions_of(event):
        detach(definition)


def _forget_data(context: Context, event: Element) -> None:
    data = [child for child in event if kind_of(child) in _DATA]
    if data:
        context.found.loss(event, "Связи события с данными удалены.")
    for child in data:
        detach(child)


def _cut(context: Context, event: Element, reason: str) -> None:
    scope = event.getparent()
    if position_of(event) is Position.TRIGGER and scope is not None:
        for inner in (scope, *(found for found in scope.iter() if kind_of(found) in NODES and found is not scope)):
            context.found.loss(inner, f"Событийный подпроцесс удалён целиком: {reason}.", _MAP)
        context.remove_node(scope)
        return
    for flow in context.model.outgoing(event):
        target = context.model.target(flow)
        if target is not None and len(context.model.incoming(target)) == 1:
            context.found.loss(target, "До элемента больше не дойти: удалено граничное событие перед ним.")
    context.found.loss(event, f"Граничное событие удалено: {reason}.", _MAP)
    context.remove_node(event)
