"""Поля, присланные сервису: неизвестное имя, негодное значение и длинная строка — отказ, а не молчание."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.onec.errors import bad_request
from exchanger.sandbox.onec.schema import EntityType, Kind, Prop, Row

_OF_PLATFORM = frozenset({"Ref_Key", "DataVersion", "Posted"})


def checked(kind: EntityType, fields: Any, *, search: bool = False) -> Row:
    """Поля, годные для записи; строки табличной части пронумерованы по порядку. `search` — для отбора."""
    if fields is None:
        return {}
    if not isinstance(fields, dict):
        raise bad_request("fields: нужен объект")
    made: Row = {}
    for name, value in fields.items():
        if name in kind.parts and not search:
            made[name] = [_numbered(kind, name, number, each) for number, each in enumerate(value, 1)]
            continue
        if name in _OF_PLATFORM and not search:
            raise bad_request(f"{name}: это поле заполняет 1С")
        _check(kind.props, name, value)
        made[name] = value
    return made


def _numbered(kind: EntityType, part: str, number: int, row: Any) -> Row:
    if not isinstance(row, dict):
        raise bad_request(f"{part}: нужен список строк")
    for name, value in row.items():
        _check(kind.parts[part], name, value)
    return row | {"LineNumber": number}


def _check(props: tuple[Prop, ...], name: str, value: Any) -> None:
    prop = next((each for each in props if name in each.fields), None)
    if prop is None:
        raise bad_request(f"{name}: такого поля нет")
    number = isinstance(value, int | float) and not isinstance(value, bool)
    suits = {Kind.BOOL: isinstance(value, bool), Kind.NUMBER: number, Kind.INT: isinstance(value, int | str)}
    if not suits.get(prop.kind, isinstance(value, str)):
        raise bad_request(f"{name}: значение не того типа")
    if prop.kind is Kind.STRING and prop.length and len(value) > prop.length:
        raise bad_request(f"{name}: строка длиннее {prop.length} знаков")
