"""Чужой JSON: осторожное чтение тел и полей."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

Row = Mapping[str, object]


def as_map(value: object) -> Row:
    """Объект; всё прочее — пустой объект."""
    return cast("Row", value) if isinstance(value, Mapping) else {}


def as_rows(value: object) -> list[Row]:
    """Список объектов."""
    return [as_map(item) for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Строка; null — пусто."""
    return "" if value is None else str(value)


def body_of(body: bytes) -> Row | None:
    """Тело JSON с объектом (метка порядка байтов допустима); None — это не он."""
    try:
        value = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    return as_map(value) if isinstance(value, dict) else None
