"""Чужой HAL: осторожное чтение тел, ссылок и моментов."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import cast

Row = Mapping[str, object]

_HREF = re.compile(r"/api/v3/(?P<space>[a-z_]+)/(?P<id>[^/?]+)$")


def as_map(value: object) -> Row:
    """Объект; всё прочее — пустой объект."""
    return cast("Row", value) if isinstance(value, Mapping) else {}


def as_rows(value: object) -> list[Row]:
    """Список объектов."""
    return [as_map(item) for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Строка; null и false — пусто."""
    return "" if value is None or value is False else str(value)


def as_int(value: object) -> int | None:
    """Целое из целого или строки цифр."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


def as_moment(value: object) -> datetime | None:
    """Момент со смещением; неразборчивый — None."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def elements(body: Row) -> list[Row] | None:
    """Строки коллекции; None — это не коллекция, и отсутствие строк ничего не значит."""
    found = as_map(body.get("_embedded")).get("elements")
    return as_rows(found) if isinstance(found, list) else None


def links(row: Row) -> Row:
    """Ссылки записи."""
    return as_map(row.get("_links"))


def href(link: object) -> str:
    """Адрес ссылки; снятая — «»."""
    return as_text(as_map(link).get("href"))


def title(link: object) -> str:
    """Подпись ссылки."""
    return as_text(as_map(link).get("title"))


def link_id(link: object) -> str:
    """Номер записи, на которую указывает ссылка."""
    found = _HREF.search(href(link))
    return found["id"] if found else ""
