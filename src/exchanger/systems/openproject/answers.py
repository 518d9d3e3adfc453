"""Ответ экземпляра: тело HAL или отказ — по коду, виду ошибки и атрибуту, никогда по словам (они переводятся)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from exchanger.connect import Answer
from exchanger.systems.openproject.foreign import Row, as_int, as_map, as_rows, as_text

_URN = "urn:openproject-org:api:v3:errors:"
_LONGEST = 500
_SUCCESS = range(200, 300)


@dataclass(frozen=True, slots=True)
class Fault:
    """Отказ. `kind` — вид ошибки API, «» — ответил не API (страница посредника); `attributes` — что не так."""

    status: int
    kind: str
    text: str
    attributes: tuple[str, ...] = ()
    after: timedelta | None = None


def read_answer(answer: Answer) -> Row | Fault:
    """Разобрать ответ."""
    body = _json(answer.body)
    after = _after(answer.headers)
    if body is None:
        if answer.status in _SUCCESS and not answer.body.strip():
            return {}
        return Fault(answer.status, "", "ответ не похож на ответ OpenProject", after=after)
    kind = as_text(body.get("errorIdentifier")).removeprefix(_URN)
    if kind or answer.status not in _SUCCESS:
        return Fault(answer.status, kind, _said(body), _attributes(body), after)
    return body


def server_time(headers: Mapping[str, str]) -> datetime | None:
    """Часы сервера из заголовка Date."""
    try:
        return parsedate_to_datetime(headers.get("Date", ""))
    except ValueError:
        return None


def _json(body: bytes) -> Row | None:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return as_map(value) if isinstance(value, dict) else None


def _errors(body: Row) -> list[Row]:
    inner = as_rows(as_map(body.get("_embedded")).get("errors"))
    return inner or [body]


def _attributes(body: Row) -> tuple[str, ...]:
    details = (as_map(as_map(each.get("_embedded")).get("details")) for each in _errors(body))
    return tuple(name for each in details if (name := as_text(each.get("attribute"))))


def _said(body: Row) -> str:
    texts = [as_text(each.get("message")) for each in _errors(body)]
    return " ".join(" ".join(text.split()) for text in texts if text)[:_LONGEST]


def _after(headers: Mapping[str, str]) -> timedelta | None:
    """Сколько ждать: Retry-After в секундах (посредники) или RateLimit-Reset — время Unix (сам OpenProject)."""
    seconds = as_int(headers.get("Retry-After", ""))
    if seconds is not None:
        return timedelta(seconds=max(seconds, 0))
    reset, now = as_int(headers.get("RateLimit-Reset", "")), server_time(headers)
    if reset is None or now is None:
        return None
    return timedelta(seconds=max(reset - now.timestamp(), 0))
