"""Заявка ↔ её поля на проводе."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from exchanger.domain.errors import DeadLetter
from exchanger.domain.task import ExternalTask, Metadata, Order
from exchanger.domain.variables import JsonValue
from exchanger.ports import Message
from exchanger.wire.foreign import Foreign, ReceivedOrder, foreign_of
from exchanger.wire.json_body import JsonObject, dump
from exchanger.wire.model import build, validate
from exchanger.wire.order_model import ActivityInfo, OrderMetadata, OrderModel
from exchanger.wire.times import to_milliseconds
from exchanger.wire.variables import forms, plain, read

_ONLY_WHEN_SET = ("suspended", "error_message", "timestamp")
_METADATA_ONLY_WHEN_SET = (
    "extensionProperties", "fieldInjections", "inputParameters", "outputParameters", "multi_instance", "catches",
)  # fmt: skip


def message(order: Order, form: JsonObject) -> Message:
    """Сообщение о задаче с документированными заголовками."""
    headers: dict[str, str | int] = {
        "camunda_topic": _utf8(order.task.topic),
        "target_system": _utf8(order.system),
        "task_id": order.task.id,
        "process_instance_id": _utf8(order.task.process_instance_id),
    }
    return Message(dump(form), correlation_id=order.task.id, headers=headers)


def _utf8(text: str) -> str:
    """Текст, который можно записать в заголовок: JSON допускает одинокие суррогаты, AMQP — нет."""
    return text.encode("utf-8", "replace").decode()


def require_task_id(raw: JsonObject) -> None:
    """`DeadLetter("missing_task_id")` — сообщение ни о какой задаче."""
    if raw.get("task_id") is None or raw["task_id"] == "":
        raise DeadLetter("missing_task_id", "В сообщении нет id внешней задачи (task_id).")


def address(raw: JsonObject) -> OrderModel:
    """Модель заявки."""
    require_task_id(raw)
    return validate(OrderModel, raw)


def order_of(model: OrderModel) -> Order:
    """Заявка из модели; с чужими полями — `ReceivedOrder`."""
    task, metadata, variables = _task(model), _metadata(model.metadata), read(model)
    foreign = Foreign(model.unknown(), model.metadata.unknown(), model.metadata.activity_info.unknown())
    if foreign:
        return ReceivedOrder(task, model.system, variables, metadata, foreign)
    return Order(task, model.system, variables, metadata)


def lean(order: Order) -> dict[str, JsonValue]:
    """Заявка без переменных: `original_message` квитанций и ответов."""
    form = wire_form(replace(order, variables={}))
    return {name: value for name, value in form.items() if name not in {"variables", "variable_types"}}


def wire_form(order: Order, *, now: datetime | None = None) -> dict[str, JsonValue]:
    """Все поля заявки на проводе."""
    task, foreign = order.task, foreign_of(order)
    model = build(
        OrderModel,
        {
            **foreign.message,
            "task_id": task.id, "topic": task.topic, "system": order.system,
            "variables": plain(order.variables), "variable_types": forms(order.variables),
            "process_instance_id": task.process_instance_id,
            "process_definition_key": task.process_definition_key,
            "process_definition_id": task.process_definition_id,
            "activity_id": task.activity_id, "activity_instance_id": task.activity_instance_id,
            "execution_id": task.execution_id, "worker_id": task.worker_id, "retries": task.retries,
            "created_time": task.created, "locked_until": task.locked_until, "priority": task.priority,
            "tenant_id": task.tenant_id, "business_key": task.business_key,
            "suspended": task.suspended, "error_message": task.error_message,
            "timestamp": None if now is None else to_milliseconds(now),
            "metadata": _metadata_model(order, foreign),
        }
    )  # fmt: skip
    form = model.model_dump(by_alias=True)
    form["metadata"] = _without_unset(form["metadata"], _METADATA_ONLY_WHEN_SET)
    return _without_unset(form, _ONLY_WHEN_SET)


def _without_unset(form: dict[str, JsonValue], names: tuple[str, ...]) -> dict[str, JsonValue]:
    return {name: value for name, value in form.items() if value or name not in names}


def _metadata_model(order: Order, foreign: Foreign) -> OrderMetadata:
    metadata = order.metadata
    info = {
        **foreign.activity,
        "id": order.task.activity_id, "name": metadata.activity_name,
        "type": metadata.activity_type, "topic": metadata.activity_topic,
    }  # fmt: skip
    return build(
        OrderMetadata,
        {
            **foreign.metadata,
            "extensionProperties": dict(metadata.extension_properties),
            "fieldInjections": dict(metadata.field_injections),
            "inputParameters": dict(metadata.input_parameters),
            "outputParameters": dict(metadata.output_parameters),
            "activityInfo": build(ActivityInfo, info),
            "processProperties": dict(metadata.process_properties),
            "multi_instance": metadata.multi_instance,
            "catches": sorted(metadata.catches),
        },
    )


def _metadata(model: OrderMetadata) -> Metadata:
    return Metadata(
        extension_properties=model.extension_properties,
        field_injections=model.field_injections,
        input_parameters=model.input_parameters,
        output_parameters=model.output_parameters,
        activity_name=model.activity_info.name,
        activity_type=model.activity_info.type,
        activity_topic=model.activity_info.topic,
        process_properties=model.process_properties,
        multi_instance=model.multi_instance,
        catches=frozenset(model.catches),
    )


def _task(model: OrderModel) -> ExternalTask:
    return ExternalTask(
        id=model.task_id,
        topic=model.topic,
        process_instance_id=model.process_instance_id,
        process_definition_id=model.process_definition_id,
        process_definition_key=model.process_definition_key,
        activity_id=model.activity_id or model.metadata.activity_info.id,
        activity_instance_id=model.activity_instance_id,
        execution_id=model.execution_id,
        worker_id=model.worker_id,
        locked_until=model.locked_until,
        created=model.created_time,
        retries=model.retries,
        suspended=model.suspended,
        priority=model.priority,
        tenant_id=model.tenant_id,
        business_key=model.business_key,
        error_message=model.error_message,
    )
