"""Сколько просит подождать посредник перед базой."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Значение Retry-After в секундах; даты посредники 1С не шлют."""
    shown = headers.get("Retry-After", "")
    return timedelta(seconds=int(shown)) if shown.isdigit() else None
