"""Время портала: разбор по правилам strtotime и вывод в поясе вызывающего."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ISO = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?)?"
    r"\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_RUSSIAN = re.compile(r"(?P<d>\d{2})\.(?P<m>\d{2})\.(?P<y>\d{4})(?: (?P<time>\d{2}:\d{2}(?::\d{2})?))?")


@lru_cache(maxsize=64)
def zone(name: str) -> ZoneInfo:
    """Часовой пояс по имени."""
    return ZoneInfo(name)


def parse(text: str, server_zone: str) -> datetime | None:
    """Момент в UTC с точностью до секунды или None, если текст не разобран.

    Без явного смещения берётся пояс сервера, как в strtotime.
    """
    text = text.strip()
    if text.startswith("@") and text[1:].isdigit():
        return datetime.fromtimestamp(int(text[1:]), UTC)
    if (found := _ISO.fullmatch(text)) is not None:
        return _build(found["date"], found["time"], found["zone"], server_zone)
    if (found := _RUSSIAN.fullmatch(text)) is not None:
        return _build(f"{found['y']}-{found['m']}-{found['d']}", found["time"], None, server_zone)
    return None


def _build(date: str, time: str | None, offset: str | None, server_zone: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(f"{date}T{time or '00:00'}{(offset or '').upper()}")
    except ValueError:  # a 32nd of a month: strtotime refuses it as well
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(server_zone))
    return moment.astimezone(UTC)


def show(moment: datetime | None, zone_name: str) -> str | None:
    """ISO-8601 в поясе вызывающего: один и тот же миг выглядит по-разному для разных людей."""
    return None if moment is None else moment.astimezone(zone(zone_name)).isoformat(timespec="seconds")


def show_russian(moment: datetime, zone_name: str) -> str:
    """Дата в виде `31.12.2026 23:59:59` (история изменений, страница)."""
    return moment.astimezone(zone(zone_name)).strftime("%d.%m.%Y %H:%M:%S")


def offset_seconds(moment: datetime, zone_name: str) -> int:
    """Смещение пояса от UTC в секундах."""
    shift = moment.astimezone(zone(zone_name)).utcoffset()
    return 0 if shift is None else int(shift.total_seconds())
