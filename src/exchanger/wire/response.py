"""Ответ: исход работы (следящий, создатель или чужая система → отвечающий)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from exchanger.domain.key import Key
from exchanger.domain.outcome import Completed, Failed, Outcome, Refused
from exchanger.domain.task import ExternalTask, ObjectRef, Order
from exchanger.domain.variables import JsonValue
from exchanger.ports import Message
from exchanger.wire.answer import answer_of
from exchanger.wire.direct import decode_direct
from exchanger.wire.envelope import Envelope, Stamp, envelope_form, object_form, object_of, read_envelope
from exchanger.wire.json_body import JsonObject, parse
from exchanger.wire.order_form import message, order_of
from exchanger.wire.outcome import outcome_form, outcome_of
from exchanger.wire.receipt import Receipt

_DONE = ("completed", "completed_by_tracker")


@dataclass(frozen=True, slots=True)
class Response:
    """Ответ. `order` — адрес (переменные не пишутся); `ref` — объект, если он был; `queue` — очередь заявки."""

    order: Order
    outcome: Outcome
    at: datetime | None = None
    ref: ObjectRef | None = None
    key: Key | None = None
    queue: str = ""
    foreign: Mapping[str, JsonValue] = field(default_factory=dict)

    @property
    def task(self) -> ExternalTask:
        """Внешняя задача; у прямых ответов чужих систем известен, может быть, только её id."""
        return self.order.task

    @classmethod
    def to(cls, receipt: Receipt, outcome: Outcome, *, at: datetime) -> Response:
        """Ответ на то, о чём была квитанция; чужие поля переходят в него."""
        return cls(receipt.order, outcome, at, receipt.ref, receipt.key, receipt.queue, receipt.foreign)


@dataclass(frozen=True, slots=True)
class Ignored:
    """Сообщение понято, но отвечать движку нечем: подтвердить и сказать причину."""

    reason: str
    task_id: str


def encode_response(response: Response, *, now: datetime) -> Message:
    """Записать ответ: конверт предшественника и поле `outcome`."""
    order, ref = response.order, response.ref
    stamp = Stamp(response.queue or f"{order.system}.queue", response.at or now, _status(response))
    data: dict[str, JsonValue] = {} if ref is None else {"result": {"task": {"id": ref.id}}}
    form = envelope_form(order, stamp, data, response.foreign)
    if ref is not None:
        form["object"] = object_form(ref, response.key)
    form["outcome"] = outcome_form(response.outcome)
    return message(order, form)


def decode_response(body: bytes) -> Response | Ignored:
    """Прочитать ответ: наш, предшественника, прямой ответ чужой системы; `DeadLetter` — понять нельзя."""
    raw = parse(body)
    if "original_message" not in raw and "response_type" in raw:
        return _direct(raw)
    envelope = read_envelope(raw)
    if envelope.outcome is not None:
        return _response(envelope, outcome_of(envelope.outcome))
    if envelope.processing_status not in _DONE:
        reason = f"состояние ответа «{envelope.processing_status}» ничего не завершает"
        return Ignored(reason, envelope.original_message.task_id)
    order = order_of(envelope.original_message)
    return _response(envelope, answer_of(envelope.response_data, order.task.activity_id, order.metadata))


def _direct(raw: JsonObject) -> Response | Ignored:
    order, outcome = decode_direct(raw)
    if outcome is None:
        return Ignored(f"вид ответа «{raw['response_type']}» неизвестен", order.task.id)
    return Response(order, outcome)


def _response(envelope: Envelope, outcome: Outcome) -> Response:
    order = replace(order_of(envelope.original_message), system=envelope.system, variables={})
    ref, key = object_of(envelope) or (None, None)
    return Response(order, outcome, envelope.at, ref, key, envelope.original_queue, envelope.unknown())


def _status(response: Response) -> str:
    match response.outcome:
        case Completed():
            return "completed" if response.ref is None else "completed_by_tracker"
        case Failed():
            return "failed"
        case Refused():
            return "refused"
