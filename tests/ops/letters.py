"""Records of the errors' queue, as the roles, the broker and the predecessor write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from exchanger.bus.dead_letter import dead_letter
from exchanger.domain.errors import DeadLetter
from exchanger.domain.outcome import Completed
from exchanger.domain.task import ExternalTask, Order
from exchanger.domain.typed import typed
from exchanger.ports import Delivery, Message
from exchanger.wire import Response, encode_order, encode_response, final_failure
from exchanger.wire.names import Names, queue_of

NOW = datetime.now(UTC)
RESPONSES = Names().responses_queue
OF_SYSTEM = queue_of("bitrix24")


def task(task_id: str, topic: str = "bitrix_create_task") -> ExternalTask:
    return ExternalTask(task_id, topic, "p-1", "d:1", "d", "a")


def order(subject: ExternalTask) -> Order:
    return Order(subject, "bitrix24")


def answer(subject: ExternalTask) -> Message:
    """An answer as the tracker publishes it."""
    return encode_response(Response(order(subject), Completed({"answer": typed("ok")})), now=NOW)


def buried(message: Message, queue: str, kind: str = "schema_error", *, ago: timedelta = timedelta()) -> Message:
    """What the bus puts into the errors' queue for a refused delivery."""
    return dead_letter(Delivery(message, queue, "", queue), DeadLetter(kind, f"Причина {kind}."), NOW - ago)


def dead_order(subject: ExternalTask, *, ago: timedelta = timedelta()) -> Message:
    return buried(encode_order(order(subject), worker_id="w", now=NOW), OF_SYSTEM, ago=ago)


def failure(subject: ExternalTask, cause: str = "Нет исполнителя.") -> Message:
    return final_failure(order(subject), cause=cause, source_queue=OF_SYSTEM, at=NOW)


def raw(body: Mapping[str, object]) -> Message:
    return Message(json.dumps(body, ensure_ascii=False).encode())


def old_order(task_id: str) -> dict[str, object]:
    return {"task_id": task_id, "topic": "bitrix_create_task", "system": "bitrix24", "process_instance_id": "p-1"}


def old_answer(task_id: str) -> dict[str, object]:
    done = {"result": {"task": {"id": "555", "title": "Т", "status": "5"}}}
    return {
        "timestamp": 1751537784811, "original_queue": OF_SYSTEM, "original_message": old_order(task_id),
        "response_data": done, "processing_status": "completed_by_tracker", "processed_at": 1751600000.5,
    }  # fmt: skip


def old_shapes(task_id: str) -> dict[str, Message]:
    """The four shapes of the predecessor."""
    info = {"type": "camunda_internal_error", "message": "HTTP 500", "source_queue": RESPONSES}
    failed = {"timestamp": 1751537784811, "original_message": old_order(task_id), "requires_manual_intervention": True}
    return {
        "a": raw(
            {"task_id": task_id, "topic": "t", "error": "publish", "timestamp": 1751537784811, "type": "task_error"}
        ),
        "b": raw({"error_info": info, "original_message": old_answer(task_id), "task_id": task_id}),
        "c": raw({**failed, "error_type": "RETRY_LIMIT_EXCEEDED", "error_message": "5", "source_queue": OF_SYSTEM}),
        "d": raw({**failed, "error_type": "ASSIGNEE_ID_ERROR", "error_message": "нет", "system": "bitrix24"}),
    }
