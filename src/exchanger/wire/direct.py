"""Прямой ответ чужой системы без конверта: `{task_id, response_type: complete | failure | bpmn_error, …}`."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, cast

from pydantic import Field

from exchanger.domain.outcome import Completed, Failed, Outcome, Refused
from exchanger.domain.task import ExternalTask, Order
from exchanger.domain.typed import from_rest
from exchanger.domain.variables import JsonValue, Variable
from exchanger.wire.foreign import Foreign, ReceivedOrder
from exchanger.wire.json_body import JsonObject
from exchanger.wire.model import Fields, TaskId, Text, WireModel, validate
from exchanger.wire.order_form import require_task_id

_LONGEST_RETRY = 3650 * 24 * 3600 * 1000
_REST_KEYS = {"value", "type", "valueInfo"}


class DirectResponse(WireModel):
    """Поля прямого ответа; `retry_timeout` — миллисекунды, как в движке."""

    task_id: TaskId
    response_type: Text = ""
    worker_id: str | None = None
    variables: Fields = Field(default_factory=dict)
    local_variables: Fields = Field(default_factory=dict)
    error_message: Text = ""
    error_details: Text = ""
    retries: int | None = None
    retry_timeout: Annotated[int, Field(ge=0, le=_LONGEST_RETRY)] | None = None
    error_code: Text = ""


def decode_direct(raw: JsonObject) -> tuple[Order, Outcome | None]:
    """Адрес и исход; None — вид ответа неизвестен. Переменные — простые значения или форма REST."""
    require_task_id(raw)
    model = validate(DirectResponse, raw)
    task = ExternalTask(model.task_id, "", "", "", "", "", worker_id=model.worker_id)
    order = ReceivedOrder(task, "", foreign=Foreign(model.unknown())) if model.unknown() else Order(task, "")
    return order, _outcome(model)


def _outcome(model: DirectResponse) -> Outcome | None:
    match model.response_type.lower():
        case "complete":
            return Completed(_variables(model.variables), _variables(model.local_variables))
        case "failure":
            return Failed(model.error_message or "Система сообщила о неудаче.", model.error_details, _retry_in(model))
        case "bpmn_error" if model.error_code:
            return Refused(model.error_code, model.error_message, _variables(model.variables))
        case "bpmn_error":
            return Failed("Система прислала BPMN-ошибку без кода (error_code).", model.error_message)
    return None


def _retry_in(model: DirectResponse) -> timedelta | None:
    """Отсрочка повтора; попыток не осталось или о повторе ничего не сказано — инцидент сразу."""
    if model.retries is not None and model.retries <= 0:
        return None
    if model.retries is None and model.retry_timeout is None:
        return None
    return timedelta(milliseconds=model.retry_timeout or 0)


def _variables(raw: dict[str, object]) -> dict[str, Variable]:
    return {name: _variable(cast("JsonValue", value)) for name, value in raw.items()}


def _variable(value: JsonValue) -> Variable:
    if isinstance(value, dict) and "value" in value and "type" in value and value.keys() <= _REST_KEYS:
        return from_rest(value)
    return from_rest({"value": value})
