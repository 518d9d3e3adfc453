"""Сообщения с именем из правил: ловящее событие ждёт, бросающее шлёт ждущим с тем же business key."""

from __future__ import annotations

from exchanger.storm.context import Context, await_message, definitions_of
from exchanger.storm.names import EVENTS, Element, camunda, ident, kind_of

_CATCHING = frozenset({"startEvent", "intermediateCatchEvent", "boundaryEvent"})
_SEND = (
    "${{execution.processEngineServices.runtimeService.createMessageCorrelation('{name}')"
    ".processInstanceBusinessKey(execution.processBusinessKey).correlateAll()}}"
)


def correlate_messages(context: Context) -> None:
    """Проход: имена сообщений из `policy.messages` — событиям диаграммы."""
    for event in context.model.nodes(*sorted(EVENTS)):
        name = context.policy.messages.get(ident(event))
        if name is None:
            continue
        if "'" in name or "{" in name or "\\" in name:
            context.found.error(event, f"Имя сообщения «{name}» содержит кавычку, скобку или черту.", "назовите иначе.")
        elif kind_of(event) in _CATCHING:
            _receive(context, event, name)
        else:
            _send(context, event, name)


def _receive(context: Context, event: Element, name: str) -> None:
    if not _waits_for(context, event, name):
        await_message(context, event, name)
        context.found.change(event, f"Ждёт сообщения «{name}».")


def _waits_for(context: Context, event: Element, name: str) -> bool:
    for definition in definitions_of(event):
        message = context.model.get(definition.get("messageRef"))
        if message is not None and message.get("name") == name:
            return True
    return False


def _send(context: Context, event: Element, name: str) -> None:
    expression = _SEND.format(name=name)
    if any(definition.get(camunda("expression")) == expression for definition in definitions_of(event)):
        return
    await_message(context, event, name)
    definitions_of(event)[0].set(camunda("expression"), expression)
    context.found.change(event, f"Шлёт сообщение «{name}» всем, кто его ждёт с тем же business key.")
