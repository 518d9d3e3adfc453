"""Что из события остаётся в журнале: id, состояния и время; тексты — только если так настроено."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from exchanger.domain.event import Event, EventKind
from exchanger.telemetry.redact import redact

_STATES = frozenset({"topic", "object", "link", "outcome", "fate", "notice", "accepted", "retries", "remark"})
_LONGEST = 500
_START = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(milliseconds=1)

Row = tuple[int, str, str, str, str, str, str]
"""Миллисекунды с 1970 года UTC, род, система, задача, экземпляр, объект, поля JSON."""


def lean(event: Event, *, texts: bool) -> Event:
    """Событие без того, чего журнал не хранит; длинное обрезано, тайны вычищены."""
    kept = {
        name: redact(value)[:_LONGEST] if isinstance(value, str) else value
        for name, value in event.fields.items()
        if texts or name in _STATES
    }
    return replace(event, fields=kept)


def to_row(event: Event) -> Row:
    """Строка таблицы."""
    fields = dict(event.fields)
    number = fields.pop("object", None)
    return (
        (event.at - _START) // _TICK,
        event.kind.value,
        event.system,
        event.task_id,
        event.process_instance_id,
        "" if number is None else str(number),
        json.dumps(fields, ensure_ascii=False, separators=(",", ":")),
    )


def from_row(row: Row) -> Event:
    """Событие строки; объект — снова поле `object`."""
    at, kind, system, task, instance, number, text = row
    fields: Mapping[str, str | int | float | bool | None] = json.loads(text)
    return Event(
        EventKind(kind),
        _START + at * _TICK,
        system,
        task,
        instance,
        {**({"object": number} if number else {}), **fields},
    )
