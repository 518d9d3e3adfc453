"""Значения реквизитов из процесса: моменты с поясом становятся временем базы, прочее идёт как есть."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from exchanger.systems.onec.foreign import Row
from exchanger.systems.onec.moments import local


def wire(fields: Row, zone: tzinfo) -> dict[str, object]:
    """Поля для базы; пустое (null) не посылается: в 1С пустое значение у каждого вида своё."""
    return {name: _value(value, zone) for name, value in fields.items() if value is not None}


def _value(value: object, zone: tzinfo) -> object:
    if isinstance(value, Mapping):
        return wire(value, zone)
    if isinstance(value, list):
        return [_value(each, zone) for each in value]
    return _moment(value, zone) if isinstance(value, str) else value


def _moment(text: str, zone: tzinfo) -> str:
    if "T" not in text:
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return local(moment, zone)
