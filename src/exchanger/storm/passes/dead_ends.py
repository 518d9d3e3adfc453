"""Шлюзы, из которых ничего не выходит: исключающих движок не принимает, на включающем встаёт (ENGINE-02004)."""

from __future__ import annotations

from exchanger.storm.context import Context


def close_dead_ends(context: Context) -> None:
    """Проход: за шлюзом без выхода — конец."""
    for gateway in context.model.nodes("exclusiveGateway", "inclusiveGateway", "eventBasedGateway"):
        if not context.model.outgoing(gateway):
            end = context.insert("endEvent", "Event", gateway, before=False)
            context.connect(gateway, end)
            context.found.change(gateway, "Из шлюза ничего не выходило: за ним добавлен конец.")
