"""Сроки из процесса: какие записи понимаются и как они становятся моментом с явным смещением."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

_RUSSIAN = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})(?:\s+(\d{2}:\d{2}(?::\d{2})?))?")
_ZONE_NAME = re.compile(r"\[[^\]]*\]$")  # Java's ZonedDateTime ends with [Europe/Moscow]

EXPECTED = "нужна дата вида 2026-12-31, 2026-12-31T18:00:00, 2026-12-31T18:00:00.000+0300 или 31.12.2026 18:00"


def read_moment(value: object) -> datetime:
    """Момент из переменной: Date движка, текст ISO (со смещением Camunda `+0300` тоже) или русская запись.

    Без смещения возвращается «наивным»: пояс знает портал. Дата без времени — полночь, как у прежней системы.
    """
    if isinstance(value, datetime):
        return value
    text = _ZONE_NAME.sub("", str(value).strip())
    if (russian := _RUSSIAN.fullmatch(text)) is not None:
        day, month, year, time = russian.groups()
        text = f"{year}-{month}-{day}T{time or '00:00'}"
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(EXPECTED) from None


def in_zone(moment: datetime, zone: tzinfo) -> datetime:
    """Момент с явным смещением: «наивный» понимается в поясе портала."""
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment


def show(moment: datetime) -> str:
    """Запись для портала: ISO-8601 до секунды, со смещением."""
    return moment.isoformat(timespec="seconds")
