"""Конверт ответа портала: результат или отказ, и время, которое с ним пришло."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from exchanger.connect import Answer
from exchanger.systems.bitrix24.foreign import Row, as_float, as_int, as_map, as_moment, as_text, plain


@dataclass(frozen=True, slots=True)
class Spent:
    """Время из ответа: начало по часам портала, секунды работы метода за десять минут и когда счёт спадёт."""

    started: datetime | None = None
    operating: float | None = None
    reset_at: datetime | None = None

    @classmethod
    def read(cls, raw: Row) -> Spent:
        """Прочитать `time`; любого поля может не быть."""
        reset = as_int(raw.get("operating_reset_at"))
        return cls(
            as_moment(raw.get("date_start")),
            as_float(raw.get("operating")),
            None if reset is None else datetime.fromtimestamp(reset, UTC),
        )


@dataclass(frozen=True, slots=True)
class Envelope:
    """Успешный ответ метода."""

    result: object
    spent: Spent = Spent()


@dataclass(frozen=True, slots=True)
class PortalFault:
    """Отказ портала. `code` — «» когда ответил не портал (страница обслуживания, прокси)."""

    status: int
    code: str
    text: str
    after: timedelta | None = None
    spent: Spent = Spent()


def read_answer(answer: Answer) -> Envelope | PortalFault:
    """Разобрать ответ HTTP."""
    body = _json(answer.body)
    if body is None or ("error" not in body and "result" not in body):
        return PortalFault(answer.status, "", "ответ не похож на ответ портала", _retry_after(answer.headers))
    if "error" in body:
        return read_fault(body, answer.status, _retry_after(answer.headers))
    if answer.status >= 300:  # noqa: PLR2004 - not a success, whatever the body says
        return PortalFault(answer.status, "", f"код {answer.status} с результатом")
    return Envelope(body["result"], Spent.read(as_map(body.get("time"))))


def read_fault(body: Row, status: int, after: timedelta | None = None) -> PortalFault:
    """Отказ из тела ответа или из `result_error` пакета. Код бывает строкой и числом."""
    raw = body.get("error")
    if isinstance(raw, Mapping):  # the shape of REST v3
        raw, text = raw.get("code"), as_map(raw).get("message")
    else:
        text = body.get("error_description")
    spent = Spent.read(as_map(body.get("time")))
    return PortalFault(status, as_text(raw).strip(), plain(text), after, spent)


def _json(body: bytes) -> Row | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return as_map(value) if isinstance(value, dict) else None


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    seconds = as_int(headers.get("Retry-After"))
    return None if seconds is None or seconds < 0 else timedelta(seconds=min(seconds, 3600))
