"""Сообщение без заголовков, каким его публиковали прежние программы."""

from __future__ import annotations

from aio_pika import DeliveryMode, Message


def bare(body: bytes) -> Message:
    """Стойкое сообщение с телом JSON."""
    return Message(
        body, content_type="application/json", content_encoding="utf-8", delivery_mode=DeliveryMode.PERSISTENT
    )
