"""Чужой JSON портала: осторожное чтение (пустой объект PHP приходит как `[]`, числа — строками)."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import cast

Row = Mapping[str, object]

_TAG = re.compile(r"<[^>]*>")
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,6})?")
_LONGEST_TEXT = 500


def as_map(value: object) -> Row:
    """Объект; всё прочее, и пустой список тоже, — пустой объект."""
    return cast("Row", value) if isinstance(value, Mapping) else {}


def as_rows(value: object) -> list[Row]:
    """Строки списка; объект с номерами вместо списка тоже понимается."""
    items = list(value.values()) if isinstance(value, Mapping) else value
    return [as_map(item) for item in items if isinstance(item, Mapping)] if isinstance(items, list) else []


def as_int(value: object) -> int | None:
    """Целое из целого числа или строки цифр."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float) and value == value // 1:
        return int(value)
    text = str(value).strip() if isinstance(value, str) else ""
    return int(text) if re.fullmatch(r"-?[0-9]{1,18}", text) else None


def as_float(value: object) -> float | None:
    """Число с точкой."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def same_value(sent: object, shown: object) -> bool:
    """То же ли портал хранит: числа — по величине (сумма `100` возвращается как `100.00`), прочее — как текст."""
    ours, theirs = as_text(sent), as_text(shown)
    if _NUMBER.fullmatch(ours) and _NUMBER.fullmatch(theirs):
        return Decimal(ours) == Decimal(theirs)
    return ours == theirs


def as_text(value: object) -> str:
    """Строка; null и false — пусто."""
    return "" if value is None or value is False else str(value)


def as_flag(value: object) -> bool:
    """Признак: true, 1, Y, yes, «да»."""
    return as_text(value).strip().casefold() in {"true", "1", "y", "yes", "да"}


def as_moment(value: object) -> datetime | None:
    """Момент ISO-8601 со смещением; без смещения или неразборчивый — None."""
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def plain(text: object) -> str:
    """Текст портала для человека: без разметки (`…<br>`), в одну строку, не длиннее 500 знаков."""
    bare = html.unescape(_TAG.sub(" ", as_text(text)))
    return " ".join(bare.split())[:_LONGEST_TEXT]


def camel(name: str) -> str:
    """Имя поля в ответе: `UF_RESULT_ANSWER` → `ufResultAnswer`."""
    head, *tail = name.lower().split("_")
    return head + "".join(part.capitalize() for part in tail)
