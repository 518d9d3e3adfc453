"""Подходит ли ключ привязке: правила обменников AMQP."""

from __future__ import annotations

from typing import Literal

from exchanger.ports import Address

ExchangeKind = Literal["topic", "direct", "fanout", "headers"]


def matches(kind: ExchangeKind, pattern: str, to: Address) -> bool:
    """Подходит ли ключ адреса привязке обменника этого рода; привязки headers у нас без условий и берут всё."""
    if kind in {"fanout", "headers"}:
        return True
    if kind == "direct":
        return pattern == to.routing_key
    return _words(pattern.split("."), to.routing_key.split("."))


def _words(pattern: list[str], key: list[str]) -> bool:
    """Сопоставить слова: `*` — ровно одно любое, `#` — сколько угодно."""
    if not pattern:
        return not key
    head, *rest = pattern
    if head == "#":
        return any(_words(rest, key[skip:]) for skip in range(len(key) + 1))
    return bool(key) and head in {"*", key[0]} and _words(rest, key[1:])
