"""Чтение очереди ошибок: что случилось, с какой задачей и каким было исходное сообщение."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from exchanger.domain.errors import DeadLetter
from exchanger.domain.variables import JsonValue
from exchanger.wire.json_body import JsonObject, object_at, parse, write
from exchanger.wire.times import from_milliseconds, from_seconds

# What bus/dead_letter.py writes beside the raw body.
_ERROR_TYPE, _REASON, _SOURCE_QUEUE, _DIED_AT = "error_type", "reason", "source_queue", "died_at"


class ErrorShape(StrEnum):
    """Откуда запись. Буквы — формы предшественника (`FINAL_FAILURE` пишем и мы)."""

    TASK_ERROR = "a"
    RESPONSE_ERROR = "b"
    FINAL_FAILURE = "c"
    ASSIGNEE_ERROR = "d"
    DEAD_LETTER = "dead_letter"
    BROKER = "broker"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ErrorRecord:
    """Запись очереди ошибок. `original` — тело исходного сообщения, b"" — его не сохранили."""

    shape: ErrorShape
    task_id: str
    kind: str
    reason: str
    source_queue: str
    original: bytes
    at: datetime | None = None
    details: str = ""


def decode_error(body: bytes, headers: Mapping[str, object]) -> ErrorRecord:
    """Прочитать запись; не бросает: дальше очереди ошибок идти некуда, непонятое — `UNKNOWN`."""
    if _ERROR_TYPE in headers and _SOURCE_QUEUE in headers:
        return _ours(body, headers)
    if "x-first-death-queue" in headers:
        return _brokers(body, headers)
    try:
        raw = parse(body)
    except DeadLetter as error:
        return ErrorRecord(ErrorShape.UNKNOWN, "", error.kind, str(error), "", body)
    return _predecessors(raw, body)


def _ours(body: bytes, headers: Mapping[str, object]) -> ErrorRecord:
    return ErrorRecord(
        shape=ErrorShape.DEAD_LETTER,
        task_id=_task_id(body, headers),
        kind=_text(headers.get(_ERROR_TYPE)),
        reason=_text(headers.get(_REASON)),
        source_queue=_text(headers.get(_SOURCE_QUEUE)),
        original=body,
        at=from_seconds(headers.get(_DIED_AT)),
    )


def _brokers(body: bytes, headers: Mapping[str, object]) -> ErrorRecord:
    reason = _text(headers.get("x-first-death-reason"))
    text = f"Брокер убрал сообщение из очереди сам: {reason or 'причина не указана'}."
    queue = _text(headers["x-first-death-queue"])
    return ErrorRecord(ErrorShape.BROKER, _task_id(body, headers), reason, text, queue, body)


def _predecessors(raw: JsonObject, body: bytes) -> ErrorRecord:
    if "error_info" in raw:
        return _response_error(raw)
    if raw.get("type") == "task_error":
        reason, at = _text(raw.get("error")), from_milliseconds(raw.get("timestamp"))
        return ErrorRecord(ErrorShape.TASK_ERROR, _text(raw.get("task_id")), "task_error", reason, "", b"", at)
    if "error_type" in raw and "original_message" in raw:
        return _creators(raw)
    return ErrorRecord(ErrorShape.UNKNOWN, _inner_id(raw), "", "Форма записи неизвестна.", "", body)


def _response_error(raw: JsonObject) -> ErrorRecord:
    info = object_at(raw, "error_info")
    engine = (_text(info.get(name)) for name in ("http_status_code", "camunda_error_type", "camunda_error_message"))
    return ErrorRecord(
        shape=ErrorShape.RESPONSE_ERROR,
        task_id=_text(raw.get("task_id")) or _inner_id(raw),
        kind=_text(info.get("type")),
        reason=_text(info.get("message")),
        source_queue=_text(info.get("source_queue")),
        original=_original(raw),
        at=from_milliseconds(raw.get("error_timestamp")),
        details=" ".join(part for part in engine if part),
    )


def _creators(raw: JsonObject) -> ErrorRecord:
    kind, system = _text(raw.get("error_type")), _text(raw.get("system"))
    cause = object_at(raw, "cause")
    return ErrorRecord(
        shape=ErrorShape.ASSIGNEE_ERROR if kind == "ASSIGNEE_ID_ERROR" else ErrorShape.FINAL_FAILURE,
        task_id=_text(raw.get("task_id")) or _inner_id(raw),
        kind=kind,
        reason=_text(cause.get("message")) or _text(raw.get("error_message")),
        source_queue=_text(raw.get("source_queue")) or (f"{system}.queue" if system else ""),
        original=_original(raw),
        at=from_milliseconds(raw.get("timestamp")),
        details=_text(cause.get("details")),
    )


def _original(raw: JsonObject) -> bytes:
    inner = object_at(raw, "original_message")
    if inner.keys() == {"raw_body"}:  # the predecessor's form of what it could not parse
        return _text(inner["raw_body"]).encode("utf-8", "surrogatepass")
    return write(inner) if inner else b""


def _task_id(body: bytes, headers: Mapping[str, object]) -> str:
    if headers.get("task_id"):
        return _text(headers["task_id"])
    try:
        return _inner_id(parse(body))
    except DeadLetter:  # that is why it lies here: the record's reason already says so
        return ""


def _inner_id(raw: JsonObject) -> str:
    message = object_at(raw, "original_message")
    inner = object_at(message, "original_message")
    return next((_text(part["task_id"]) for part in (raw, message, inner) if part.get("task_id")), "")


def _text(value: JsonValue | object) -> str:
    match value:
        case None:
            return ""
        case bytes():
            return value.decode("utf-8", "replace")
    return str(value)
