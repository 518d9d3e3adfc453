"""Квитанция: объект создан (создатель → следящий)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from exchanger.domain.errors import DeadLetter
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef, Order
from exchanger.domain.variables import JsonValue
from exchanger.ports import Message
from exchanger.wire.envelope import Envelope, Stamp, envelope_form, object_form, object_of, read_envelope, task_field
from exchanger.wire.json_body import JsonObject, object_at, parse
from exchanger.wire.order_form import message, order_of


@dataclass(frozen=True, slots=True)
class Receipt:
    """Квитанция. Переменных в `order` нет: в ответ они не возвращаются.

    `response_data` — поле конверта: `{"result": {"task": {…}}}`, id и title в нём дополняются при записи;
    `adopted` — объект нашли, а не создали; `queue` — очередь заявки; `foreign` — чужие поля конверта.
    """

    order: Order
    ref: ObjectRef
    adopted: bool
    at: datetime
    title: str = ""
    response_data: Mapping[str, JsonValue] = field(default_factory=dict)
    key: Key | None = None
    queue: str = ""
    foreign: Mapping[str, JsonValue] = field(default_factory=dict)


def encode_receipt(receipt: Receipt) -> Message:
    """Записать квитанцию; старые программы читают id и title из `response_data.result.task`."""
    queue = receipt.queue or f"{receipt.order.system}.queue"
    form = envelope_form(receipt.order, Stamp(queue, receipt.at, "success"), _response_data(receipt), receipt.foreign)
    form["object"] = object_form(receipt.ref, receipt.key)
    form["adopted"] = receipt.adopted
    return message(receipt.order, form)


def decode_receipt(body: bytes) -> Receipt:
    """Прочитать квитанцию, нашу или предшественника (созданной и найденной задачи); `DeadLetter` — понять нельзя."""
    envelope = read_envelope(parse(body))
    if envelope.processing_status != "success":
        raise DeadLetter("schema_error", f"Состояние квитанции «{envelope.processing_status}», а не «success».")
    found, at = object_of(envelope), envelope.at
    if found is None:
        raise DeadLetter("schema_error", "В квитанции нет номера объекта (object.id, response_data.result.task.id).")
    if at is None:
        raise DeadLetter("schema_error", "В квитанции нет времени (processed_at, timestamp).")
    return _receipt(envelope, found, at)


def _receipt(envelope: Envelope, found: tuple[ObjectRef, Key | None], at: datetime) -> Receipt:
    order = replace(order_of(envelope.original_message), system=envelope.system, variables={})
    return Receipt(
        order=order,
        ref=found[0],
        adopted=envelope.adopted,
        at=at,
        title=task_field(envelope.response_data, "title") or "",
        response_data=cast("JsonObject", envelope.response_data),
        key=found[1],
        queue=envelope.original_queue,
        foreign=envelope.unknown(),
    )


def _response_data(receipt: Receipt) -> dict[str, JsonValue]:
    result = object_at(receipt.response_data, "result")
    task = {"id": receipt.ref.id, "title": receipt.title, **object_at(result, "task")}
    return {**receipt.response_data, "result": {**result, "task": task}}
