"""Сообщения в форме предшественника: их пишет только передача дел назад. Читает их обычное чтение этого пакета.

Предшественник берёт переменные из трёх мест, поэтому здесь они повторены трижды, как у него самого.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from exchanger.domain.task import Order
from exchanger.domain.variables import JsonValue, Variables
from exchanger.wire.json_body import JsonObject, object_at
from exchanger.wire.times import to_engine, to_milliseconds
from exchanger.wire.variables import plain, rest_form


@dataclass(frozen=True, slots=True)
class OldOrder:
    """Заявка для предшественника: `order.variables` — видимые элементу, `process` — переменные экземпляра."""

    order: Order
    process: Variables
    worker_id: str

    def form(self, now: datetime) -> dict[str, JsonValue]:
        """Все поля заявки; `Reject` — переменную нельзя записать."""
        task, copies = self.order.task, rest_form(self.process)
        return {
            "task_id": task.id, "topic": task.topic, "system": self.order.system,
            "variables": plain(self.order.variables),
            "process_variables": {**copies},
            "process_instance_id": task.process_instance_id,
            "process_definition_key": task.process_definition_key,
            "activity_id": task.activity_id, "activity_instance_id": task.activity_instance_id,
            "worker_id": self.worker_id, "retries": task.retries,
            "created_time": None if task.created is None else to_engine(task.created),
            "priority": task.priority, "tenant_id": task.tenant_id, "business_key": task.business_key,
            "timestamp": to_milliseconds(now),
            "metadata": {**_metadata(self.order), "processVariables": {**copies}},
        }  # fmt: skip


def old_receipt(order: JsonObject, row: JsonObject, *, queue: str, now: datetime) -> dict[str, JsonValue]:
    """Квитанция о найденной задаче: заявка целиком и строка задачи со всеми полями системы."""
    seconds = now.timestamp()
    return {
        "timestamp": to_milliseconds(now),
        "original_queue": queue,
        "original_message": {**order},
        "response_data": {"result": {"task": {**row}}, "time": {"start": seconds, "finish": seconds}},
        "processing_status": "success",
        "processed_at": seconds,
    }


def is_old_order(raw: JsonObject) -> bool:
    """Заявка целиком в форме предшественника: у нашей нет повторов переменных."""
    return "process_variables" in raw and "variables" in raw


def is_old_envelope(raw: JsonObject) -> bool:
    """Квитанция или ответ предшественника: с заявкой целиком и без наших полей."""
    return is_old_order(object_at(raw, "original_message")) and "object" not in raw and "outcome" not in raw


def _metadata(order: Order) -> dict[str, JsonValue]:
    found, task = order.metadata, order.task
    optional: Mapping[str, Mapping[str, str]] = {
        "extensionProperties": found.extension_properties,
        "fieldInjections": found.field_injections,
        "inputParameters": _texts(found.input_parameters),
        "outputParameters": _texts(found.output_parameters),
    }
    info: dict[str, JsonValue] = {
        "id": task.activity_id, "name": found.activity_name, "type": found.activity_type,
        "topic": found.activity_topic or task.topic,
    }  # fmt: skip
    return {
        **{name: {**values} for name, values in optional.items() if values},
        "activityInfo": info,
        "processProperties": {**found.process_properties},
    }


def _texts(parameters: Mapping[str, object]) -> dict[str, str]:
    """Предшественник знает только параметры-тексты."""
    return {name: value for name, value in parameters.items() if isinstance(value, str)}
