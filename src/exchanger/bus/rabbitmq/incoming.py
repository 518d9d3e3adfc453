"""Доставка AMQP → доставка порта."""

from __future__ import annotations

from aio_pika.abc import AbstractIncomingMessage

from exchanger.ports import Delivery, Message


def delivery_of(incoming: AbstractIncomingMessage, queue: str) -> Delivery:
    """Прочитать доставку; заголовки иных типов (списки, вложенные таблицы, даты) не переносятся."""
    return Delivery(
        Message(incoming.body, _text(incoming.correlation_id), _headers(incoming)),
        queue=queue,
        exchange=incoming.exchange or "",
        routing_key=incoming.routing_key or "",
        redelivered=bool(incoming.redelivered),
    )


def _headers(incoming: AbstractIncomingMessage) -> dict[str, str | int]:
    carried: dict[str, str | int] = {}
    for name, value in incoming.headers.items():
        if isinstance(value, str | int):
            carried[name] = value
        elif isinstance(value, bytes | bytearray):
            carried[name] = _text(bytes(value))
    return carried


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return "" if value is None else str(value)
