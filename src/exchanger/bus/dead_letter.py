"""Сообщение для очереди ошибок: исходное тело байт в байт, причина и происхождение в заголовках."""

from __future__ import annotations

from datetime import datetime

from exchanger.domain.errors import DeadLetter
from exchanger.ports import Delivery, Message

REASON_LENGTH = 2000
"""Заголовки едут в одном кадре AMQP (131 072 байта): причина длиннее обрезается."""


def dead_letter(delivery: Delivery, error: DeadLetter, died_at: datetime) -> Message:
    """Составить сообщение об отвергнутой доставке."""
    message = delivery.message
    headers: dict[str, str | int] = {
        **message.headers,
        "error_type": error.kind,
        "reason": str(error)[:REASON_LENGTH],
        "source_queue": delivery.queue,
        "source_exchange": delivery.exchange,
        "source_routing_key": delivery.routing_key,
        "died_at": died_at.isoformat(),
    }
    if message.correlation_id:
        headers["task_id"] = message.correlation_id
    return Message(message.body, message.correlation_id, headers)
