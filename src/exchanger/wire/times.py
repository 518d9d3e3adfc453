"""Время в сообщениях: строки движка, миллисекунды и секунды."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_engine(value: datetime) -> str:
    """Строка движка `2025-07-03T10:16:05.792+0000`: миллисекунды, UTC, пояс без двоеточия."""
    utc = value.astimezone(UTC)
    return f"{utc.year:04d}-{utc:%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"


def from_text(value: str) -> datetime:
    """Прочитать ISO 8601 любого вида; без пояса — UTC; ValueError — не время."""
    read = datetime.fromisoformat(value)
    aware = read if read.utcoffset() is not None else read.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("время вне диапазона") from error


def to_milliseconds(value: datetime) -> int:
    """Миллисекунды Unix."""
    return (value - _EPOCH) // timedelta(milliseconds=1)


def from_seconds(value: object) -> datetime | None:
    """Секунды Unix или ISO 8601; чего не понять — None (это справка, из-за неё ответ не теряют)."""
    try:
        match value:
            case bool():
                return None
            case int() | float():
                return _EPOCH + timedelta(seconds=value)
            case str():
                return from_text(value)
    except (ValueError, OverflowError):
        return None
    return None


def from_milliseconds(value: object) -> datetime | None:
    """Миллисекунды Unix; чего не понять — None."""
    whole = isinstance(value, int | float) and not isinstance(value, bool)
    try:
        return _EPOCH + timedelta(milliseconds=value) if whole and isinstance(value, int | float) else None
    except OverflowError:
        return None
