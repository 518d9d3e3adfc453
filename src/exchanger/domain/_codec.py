"""Значения переменных по типам: запись для REST API и чтение из него; ValueError — значение не подходит типу."""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from exchanger.domain.variables import JsonValue, PlainValue, VariableType

_WHOLE = re.compile(r"[+-]?\d{1,19}")
_BITS = {VariableType.SHORT: 15, VariableType.INTEGER: 31, VariableType.LONG: 63}


def fits(kind: VariableType, value: int) -> bool:
    """Помещается ли целое в Short, Integer или Long."""
    limit = 1 << _BITS[kind]
    return -limit <= value < limit


def finite(value: float) -> float:
    """Число, которое бывает в JSON."""
    if not math.isfinite(value):
        raise ValueError(f"Число {value} нельзя передать движку: в JSON нет бесконечности и NaN")
    return value


def moment(value: datetime) -> datetime:
    """Время с поясом, до миллисекунд: точнее движок не хранит."""
    if value.utcoffset() is None:
        raise ValueError("Время без часового пояса нельзя передать движку")
    return value.replace(microsecond=value.microsecond // 1000 * 1000)


def _text(value: PlainValue) -> str:
    if isinstance(value, str):
        return value
    raise ValueError("ожидался текст")


def _nothing(value: PlainValue) -> None:
    if value is not None:
        raise ValueError("у Null не бывает значения")


def _flag(value: PlainValue) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("ожидалось true или false")


def _read_flag(value: JsonValue) -> bool:
    return value == "true" if value in ("true", "false") else _flag(value)  # a tuple: a list has no hash


def _whole(kind: VariableType) -> Callable[[PlainValue], int]:
    def check(value: PlainValue) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and fits(kind, value):
            return value
        raise ValueError(f"ожидалось целое размера {kind}")

    return check


def _read_whole(kind: VariableType) -> Callable[[JsonValue], int]:
    check = _whole(kind)
    return lambda value: check(int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else value)


def _double(value: PlainValue) -> float:
    if isinstance(value, float):
        return finite(value)
    raise ValueError("ожидалось дробное число")


def _read_double(value: JsonValue) -> float:
    whole = isinstance(value, int) and not isinstance(value, bool) and float(value) == value
    return _double(float(value) if whole and isinstance(value, int) else value)


def _write_date(value: PlainValue) -> str:
    if not isinstance(value, datetime):
        raise ValueError("ожидалось время")  # noqa: TRY004 - one kind of error for every misfit
    # Three digits and an offset without a colon: the engine reads ".165123" as 165 s and refuses "+01:00" and "Z".
    utc = moment(value).astimezone(UTC)
    return f"{utc.year:04d}-{utc:%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"


def _read_date(value: JsonValue) -> datetime:
    read = datetime.fromisoformat(_text(value))
    if moment(read) != read:
        raise ValueError("время точнее миллисекунды")
    return read


def _write_bytes(value: PlainValue) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise ValueError("ожидались байты")


def _read_bytes(value: JsonValue) -> bytes:
    return base64.b64decode(_text(value), validate=True)


def _write_json(value: PlainValue) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except TypeError as error:
        raise ValueError("значение не записать как JSON") from error


def _read_json(value: JsonValue) -> JsonValue:
    # Text as the engine stores it (it never parsed it), or a value that somebody has parsed already.
    text = value if isinstance(value, str) else json.dumps(value, allow_nan=False)
    read: JsonValue = json.loads(text, parse_float=lambda number: finite(float(number)), parse_constant=_no_constant)
    return read


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} не бывает в JSON")


WRITERS: Mapping[VariableType, Callable[[PlainValue], JsonValue]] = {
    VariableType.STRING: _text,
    VariableType.OBJECT: _text,
    VariableType.XML: _text,
    VariableType.BOOLEAN: _flag,
    VariableType.SHORT: _whole(VariableType.SHORT),
    VariableType.INTEGER: _whole(VariableType.INTEGER),
    VariableType.LONG: _whole(VariableType.LONG),
    VariableType.DOUBLE: _double,
    VariableType.DATE: _write_date,
    VariableType.BYTES: _write_bytes,
    VariableType.FILE: lambda value: None if value is None else _write_bytes(value),
    VariableType.NULL: _nothing,
    VariableType.JSON: _write_json,
}

READERS: Mapping[VariableType, Callable[[JsonValue], PlainValue]] = {
    VariableType.STRING: _text,
    VariableType.OBJECT: _text,
    VariableType.XML: _text,
    VariableType.BOOLEAN: _read_flag,
    VariableType.SHORT: _read_whole(VariableType.SHORT),
    VariableType.INTEGER: _read_whole(VariableType.INTEGER),
    VariableType.LONG: _read_whole(VariableType.LONG),
    VariableType.DOUBLE: _read_double,
    VariableType.DATE: _read_date,
    VariableType.BYTES: _read_bytes,
    VariableType.FILE: lambda value: None if value is None else _read_bytes(value),
    VariableType.NULL: _nothing,
    VariableType.JSON: _read_json,
}
