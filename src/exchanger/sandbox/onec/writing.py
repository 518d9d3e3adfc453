"""Запись полей. Большая часть негодного молча пропадает — как у настоящей: сверяет только тот, кто прочёл обратно."""

from __future__ import annotations

import re
from typing import Any

from exchanger.sandbox.onec.errors import bad_rows, bad_value, exists, malformed, stopped
from exchanger.sandbox.onec.infobase import Infobase
from exchanger.sandbox.onec.schema import TYPE_PREFIX, UNDEFINED, EntityType, Kind, Prop, Row, blank
from exchanger.sandbox.onec.tokens import guid, moment

_PLATFORM = frozenset({"Ref_Key", "DataVersion", "Posted"})
_BOUND = re.compile(r"^[^()]+\(guid'([^']*)'\)$")
_BIND = "@odata.bind"


def create(base: Infobase, kind: EntityType, body: Row) -> Row:
    """Новая запись; присланная ссылка принимается или нет — по настройке базы."""
    row = kind.blank()
    if kind.by_ref:
        row["Ref_Key"] = _ref(base, kind, body.get("Ref_Key"))
    _fill(base, kind, row, body)
    if kind.kind == "Document" and row["Date"].startswith("0001"):
        raise stopped("Не указана дата документа")
    for name in ("Code", "Number"):
        if name in row and not row[name]:
            row[name] = base.next_number(kind.name)
    base.stored(kind, row)
    return row


def change(base: Infobase, kind: EntityType, row: Row, body: Row) -> Row:
    """PATCH: присланные поля, табличная часть — целиком; проведённый документ пометить на удаление нельзя."""
    fresh = dict(row)
    _fill(base, kind, fresh, body)
    if fresh.get("DeletionMark") and row.get("Posted"):
        raise stopped("Проведенный документ не может быть помечен на удаление")
    base.stored(kind, fresh)
    return fresh


def replace(base: Infobase, kind: EntityType, row: Row, body: Row) -> Row:
    """PUT: чего не прислали — стёрто."""
    kept = {name: row[name] for name in (*_PLATFORM, "Number", "Code") if name in row}
    return change(base, kind, kind.blank() | kept, body)


def _ref(base: Infobase, kind: EntityType, sent: Any) -> str:
    if sent is None or not base.config.ref_key_honoured:
        return base.new_ref()
    ref = guid(str(sent))
    if (ref,) in base.rows[kind.name]:
        raise exists()
    return ref


def _fill(base: Infobase, kind: EntityType, row: Row, body: Row) -> None:
    for name, value in body.items():
        if name in base.faults.lost_fields or (name in _PLATFORM and kind.by_ref):
            continue
        if name in kind.parts:
            row[name] = _rows(kind, name, value)
        else:
            _put(kind.props, row, name, value, body)


def _put(props: tuple[Prop, ...], row: Row, name: str, value: Any, body: Row) -> None:
    """Одно поле; свойства с таким именем нет — молча мимо."""
    if name.endswith(_BIND):
        match = _BOUND.match(str(value))
        name, value = name.removesuffix(_BIND) + "_Key", match[1] if match else value
    prop = next((each for each in props if name in each.fields), None)
    if prop is None:
        return
    if prop.kind is Kind.ANYREF:
        _put_composite(prop, row, body)
    else:
        row[name] = _value(prop, value, row[name])


def _put_composite(prop: Prop, row: Row, body: Row) -> None:
    """Составная ссылка: без типа рядом значение теряется."""
    named = prop.name + "_Type"
    sent = str(body.get(named, UNDEFINED))
    if sent == UNDEFINED:
        row.update(prop.fields)
    elif sent.removeprefix(TYPE_PREFIX) not in prop.targets:
        raise bad_value(sent)
    else:
        row[prop.name], row[named] = guid(str(body.get(prop.name, ""))), TYPE_PREFIX + sent.removeprefix(TYPE_PREFIX)


def _value(prop: Prop, value: Any, before: Any) -> Any:
    """Значение поля: длинная строка обрезана, число не числом пропущено, негодные булево, дата и ссылка — код 1."""
    match prop.kind:
        case Kind.REF:
            return guid(str(value))
        case Kind.DATE:
            return moment(str(value))
        case Kind.BOOL:
            return _bool(value)
        case Kind.INT | Kind.NUMBER:
            return _number(prop.kind, value, before)
        case Kind.ENUM if value not in {"", *prop.values}:
            raise bad_value(str(value))
    if not isinstance(value, str):
        return before
    return value[: prop.length] if prop.length else value


def _bool(value: Any) -> bool:
    if value in {True, "true"}:
        return True
    if value in {False, "false"}:
        return False
    raise malformed(str(value))


def _number(kind: Kind, value: Any, before: Any) -> Any:
    """Целое приходит и числом, и строкой; непонятное молча пропущено."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return before
    try:
        return int(value) if kind is Kind.INT else float(value)
    except ValueError:
        return before


def _rows(kind: EntityType, part: str, value: Any) -> list[Row]:
    """Табличная часть: номера строк обязательны и идут с единицы подряд."""
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise malformed(part)
    made = []
    for number, given in enumerate(value, 1):
        if "LineNumber" not in given:
            raise stopped(f"Поле объекта не обнаружено (LineNumber): {part}")
        if str(given["LineNumber"]) != str(number):
            raise bad_rows(part)
        row = blank(kind.parts[part])
        for name, each in given.items():
            _put(kind.parts[part], row, name, each, given)
        made.append(row)
    return made
