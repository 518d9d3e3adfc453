"""Общий конверт квитанции и ответа: что за задача, что за объект, чем кончилось."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef, Order
from exchanger.domain.variables import JsonValue
from exchanger.wire.json_body import JsonObject, object_at
from exchanger.wire.model import Fields, Text, WireModel, validate
from exchanger.wire.order_form import lean, require_task_id
from exchanger.wire.order_model import OrderModel
from exchanger.wire.outcome import OutcomeModel
from exchanger.wire.times import from_milliseconds, from_seconds, to_milliseconds

Moment = Annotated[datetime | None, BeforeValidator(from_seconds)]


class ObjectModel(WireModel):
    """Объект системы."""

    system: Text = ""
    id: Annotated[str, Field(min_length=1)]
    link: Text = ""
    key: Text = ""


class Envelope(WireModel):
    """Поля конверта. `object`, `adopted` и `outcome` — наши, остальные были у предшественника."""

    timestamp: object = None
    original_queue: Text = ""
    original_message: OrderModel
    response_data: Fields = Field(default_factory=dict)
    processing_status: Text = ""
    processed_at: Moment = None
    object_: ObjectModel | None = Field(default=None, alias="object")
    adopted: bool = False
    outcome: OutcomeModel | None = None

    @property
    def at(self) -> datetime | None:
        """Когда обработано: `processed_at` (секунды), иначе `timestamp` (миллисекунды)."""
        return self.processed_at or from_milliseconds(self.timestamp)

    @property
    def system(self) -> str:
        """Система: из заявки, иначе по имени очереди."""
        return self.original_message.system or self.original_queue.split(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Откуда, когда и с каким состоянием конверт."""

    queue: str
    at: datetime
    status: str


def read_envelope(raw: JsonObject) -> Envelope:
    """Прочитать конверт; `DeadLetter("missing_task_id")` — в нём нет задачи."""
    require_task_id(object_at(raw, "original_message"))
    return validate(Envelope, raw)


def envelope_form(
    order: Order, stamp: Stamp, response_data: Mapping[str, JsonValue], foreign: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """Документированные поля конверта; чужие поля — рядом и никогда не вместо своих."""
    form: dict[str, JsonValue] = {
        "timestamp": to_milliseconds(stamp.at),
        "original_queue": stamp.queue,
        "original_message": lean(order),
        "response_data": dict(response_data),
        "processing_status": stamp.status,
        "processed_at": stamp.at.timestamp(),
    }
    return {**foreign, **form}


def object_form(ref: ObjectRef, key: Key | None) -> dict[str, JsonValue]:
    """Поле `object`."""
    return {"system": ref.system, "id": ref.id, "link": ref.link, "key": "" if key is None else str(key)}


def object_of(envelope: Envelope) -> tuple[ObjectRef, Key | None] | None:
    """Объект из поля `object`, иначе из `result.task.id` предшественника."""
    given = envelope.object_
    if given is not None:
        return ObjectRef(given.system or envelope.system, given.id, given.link), Key.parse(given.key)
    number = task_field(envelope.response_data, "id")
    return None if number is None else (ObjectRef(envelope.system, number), None)


def task_field(response_data: Mapping[str, object], name: str) -> str | None:
    """Текст поля `result.task`, имя строчными или прописными; нет, пусто или не текст и не число — None."""
    task = object_at(response_data, "result", "task")
    for spelling in (name, name.upper()):
        value = task.get(spelling)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            return str(value)
    return None
