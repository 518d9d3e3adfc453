"""Сверка записанного с посланным: 1С молча пропускает неизвестные поля и обрезает строки (onec.md 2.3)."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

from exchanger.systems.onec.foreign import Row, as_map, as_text
from exchanger.systems.onec.moments import EMPTY_DATE
from exchanger.systems.onec.refs import EMPTY_REF, TYPE_PREFIX, bare_type, is_ref

_EMPTY = frozenset({"", EMPTY_REF, EMPTY_DATE, TYPE_PREFIX + "Undefined", "0", "False"})
_SERVICE = frozenset({"LineNumber", "Ref_Key"})


def differing(sent: Row, stored: Row) -> list[str]:
    """Поля, чьё значение в базе не то, что послано."""
    return [name for name, value in sent.items() if name not in _SERVICE and not _same(value, stored.get(name))]


def lost(sent: Row, stored: Row) -> list[str]:
    """Поля, которых база не сохранила: их нет, они пусты или обрезаны. Изменённое человеком потерей не считается."""
    return [name for name in differing(sent, stored) if _is_lost(sent[name], stored.get(name))]


def _is_lost(sent: object, stored: object) -> bool:
    if isinstance(sent, list):
        return not isinstance(stored, list) or len(stored) < len(sent) or any(_lost_rows(sent, stored))
    text = as_text(stored)
    if text in _EMPTY:
        return True
    return isinstance(sent, str) and not is_ref(sent) and sent.startswith(text)


def _lost_rows(sent: list[object], stored: list[object]) -> Iterator[bool]:
    return (bool(lost(as_map(one), as_map(other))) for one, other in zip(sent, stored, strict=False))


def _same(sent: object, stored: object) -> bool:
    if isinstance(sent, list):
        return isinstance(stored, list) and len(sent) == len(stored) and all(_same_rows(sent, stored))
    if isinstance(sent, bool) or isinstance(stored, bool):
        return as_text(sent).lower() == as_text(stored).lower()
    if isinstance(sent, int | float):
        return _number(sent) == _number(stored)
    text, other = bare_type(sent).rstrip(), bare_type(stored).rstrip()
    return text == other or (is_ref(text) and text.lower() == other.lower()) or (not text and other in _EMPTY)


def _same_rows(sent: list[object], stored: list[object]) -> Iterator[bool]:
    return (not differing(as_map(one), as_map(other)) for one, other in zip(sent, stored, strict=True))


def _number(value: object) -> Decimal | None:
    """Int64 comes back as a text."""
    try:
        return Decimal(as_text(value))
    except InvalidOperation:
        return None


def matches(where: Row, row: Row) -> bool:
    """Объект подходит под условие равенства; 1С сравнивает строки без учёта регистра."""
    return all(name.endswith("_Type") or _same(_folded(value), _folded(row.get(name))) for name, value in where.items())


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value
