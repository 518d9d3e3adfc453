"""Очередь ошибок: недекодируемое с причиной, окончательные неудачи и четыре формы предшественника."""

from __future__ import annotations

from datetime import datetime

from exchanger.domain.errors import DeadLetter
from exchanger.domain.task import Order
from exchanger.domain.variables import JsonValue
from exchanger.ports import Delivery, Message
from exchanger.wire.order_form import lean, message
from exchanger.wire.times import to_milliseconds

ERROR_TYPE, REASON, SOURCE_QUEUE = "error_type", "reason", "source_queue"
ROUTING_KEY, FAILED_AT = "source_routing_key", "failed_at"

_LONGEST_REASON = 1000
_ADVICE = "Исправьте причину, затем повторите попытку задачи в движке (Cockpit: Increment Number of Retries)."


def dead_letter(delivery: Delivery, error: DeadLetter, *, at: datetime) -> Message:
    """Мёртвое письмо: исходное тело как есть, прежние заголовки и причина в новых."""
    original = delivery.message
    headers = {
        **original.headers,
        ERROR_TYPE: error.kind,
        REASON: str(error)[:_LONGEST_REASON],
        SOURCE_QUEUE: delivery.queue,
        ROUTING_KEY: delivery.routing_key,
        FAILED_AT: at.isoformat(),
    }
    return Message(original.body, original.correlation_id, headers)


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
