"""Времена базы: местные, без пояса. Пояс знает настройка."""

from __future__ import annotations

import re
from datetime import UTC, datetime, tzinfo

from exchanger.systems.onec.foreign import as_text

EMPTY_DATE = "0001-01-01T00:00:00"

_RUSSIAN = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})(?:\s+(\d{2}:\d{2}(?::\d{2})?))?")
_ZONE_NAME = re.compile(r"\[[^\]]*\]$")  # Java's ZonedDateTime ends with [Europe/Moscow]


def read_moment(value: object) -> datetime:
    """Момент из переменной: Date движка, ISO или русская запись; без пояса — «наивный», время базы."""
    if isinstance(value, datetime):
        return value
    text = _ZONE_NAME.sub("", str(value).strip())
    if (russian := _RUSSIAN.fullmatch(text)) is not None:
        day, month, year, time = russian.groups()
        text = f"{year}-{month}-{day}T{time or '00:00'}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("нужна дата вида 2026-12-31, 2026-12-31T18:00:00+03:00 или 31.12.2026 18:00") from None


def local(moment: datetime, zone: tzinfo) -> str:
    """Запись времени базы."""
    there = moment if moment.tzinfo is None else moment.astimezone(zone)
    return there.replace(tzinfo=None).isoformat(timespec="seconds")


def aware(value: object, zone: tzinfo) -> datetime | None:
    """Момент из времени базы; пустая или негодная дата — None."""
    text = as_text(value)
    if text in {"", EMPTY_DATE}:
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)
    except ValueError:
        return None
