"""Запись значений и адресов OData. Пробел — только %20: плюс для 1С — сложение (onec.md 2.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import quote

from exchanger.domain.errors import Reject
from exchanger.systems.onec.foreign import Row
from exchanger.systems.onec.refs import bare_type, is_ref

_SAFE = "()',=/"


def path_of(entity: str, ref: str = "", action: str = "") -> str:
    """Путь набора, записи или её действия."""
    if not entity.replace("_", "").isalnum():
        raise Reject(f"Имя набора «{entity}» негодно.", remedy="назовите его как в OData: Catalog_Контрагенты.")
    record = f"(guid'{ref}')" if ref else ""
    return f"/{quote(entity)}{record}" + (f"/{action}" if action else "")


def query_of(options: Mapping[str, str]) -> str:
    """Строка запроса."""
    return "&".join(f"{name}={quote(value, safe=_SAFE)}" for name, value in options.items())


def text(value: str) -> str:
    """Строка в условии."""
    return "'" + value.replace("'", "''") + "'"


def guid(ref: str) -> str:
    """Ссылка в условии."""
    if not is_ref(ref):
        raise Reject(f"«{ref}» — не ссылка 1С.", remedy="нужен GUID вида 8-4-4-4-12.")
    return f"guid'{ref}'"


def any_of(field: str, values: Iterable[str]) -> str:
    """Поле равно одному из уже записанных значений."""
    return " or ".join(f"{field} eq {value}" for value in values)


def equals(where: Row) -> str:
    """Все поля равны значениям. Составная ссылка сравнивается только через cast: без него молча не найдётся ничего."""
    parts = []
    for name, value in where.items():
        if name.endswith("_Type"):
            continue
        kind = where.get(f"{name}_Type")
        if kind is not None:
            parts.append(f"{name} eq cast({guid(str(value))},{text(bare_type(kind))})")
        else:
            parts.append(f"{name} eq {literal(name, value)}")
    return " and ".join(parts)


def literal(name: str, value: object) -> str:
    """Значение поля в условии; вид ссылки и даты виден по имени и записи."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    shown = str(value)
    if name.endswith("_Key"):
        return guid(shown)
    return moment(shown) if _is_moment(shown) else text(shown)


def moment(value: str) -> str:
    """Время базы в условии."""
    return f"datetime'{value}'"


def _is_moment(value: str) -> bool:
    try:
        return len(value) == len("2026-01-01T00:00:00") and datetime.fromisoformat(value).tzinfo is None
    except ValueError:
        return False
