"""Окончательная неудача: её копия для очереди ошибок."""

from __future__ import annotations

from datetime import datetime

from exchanger.domain.task import Order
from exchanger.domain.variables import JsonValue
from exchanger.ports import Message
from exchanger.wire.order_form import lean, message
from exchanger.wire.times import to_milliseconds

_ADVICE = "Исправьте причину, затем повторите попытку задачи в движке (Cockpit: Increment Number of Retries)."


def final_failure(
    order: Order, *, cause: str, details: str = "", source_queue: str, at: datetime, kind: str = "RETRY_LIMIT_EXCEEDED"
) -> Message:
    """Копия окончательной неудачи в форме (c) предшественника, но с настоящей причиной; заявка — без переменных."""
    form: dict[str, JsonValue] = {
        "timestamp": to_milliseconds(at),
        "original_message": lean(order),
        "error_type": kind,
        "error_message": f"Попытки исчерпаны: {cause}",
        "source_queue": source_queue,
        "requires_manual_intervention": True,
        "suggested_action": _ADVICE,
        "task_id": order.task.id,
        "cause": {"message": cause, "details": details},
    }
    return message(order, form)
