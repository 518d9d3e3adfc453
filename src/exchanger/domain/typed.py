"""Переменные движка в виде REST и обратно — без потерь.

Значение, которого тип не допускает (String без значения, испорченный Json, неизвестный тип), не теряется и не бросает:
оно хранится как `Object` (или `Null`) с настоящим именем типа в `info[FOREIGN_TYPE]`, и `to_rest` вернёт его прежним.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from types import UnionType
from typing import Any, cast

from exchanger.domain._codec import READERS, WRITERS, finite, fits, moment
from exchanger.domain.variables import JsonValue, PlainValue, Variable, VariableType

FOREIGN_TYPE = "exchanger:type"
"""Ключ `Variable.info`: имя типа, под которым значение пришло."""

STRING_LIMIT = 4000
"""Сколько единиц UTF-16 помещается в String (столбец базы движка)."""

_TYPES = {kind.lower(): kind for kind in VariableType}


def typed(value: PlainValue) -> Variable:
    """Выбрать тип движка для значения Python.

    Целое больше int64 и Decimal → String; текст длиннее 4000 единиц UTF-16 → Json; U+0000 выбрасывается (PostgreSQL
    его не хранит); время — до миллисекунд. ValueError: время без пояса, NaN и бесконечность.
    """
    if value is None:
        return Variable(VariableType.NULL, None)
    for kind, build in _BUILDERS:
        if isinstance(value, kind):
            return build(value)
    raise TypeError(f"Значение типа {type(value).__name__} нельзя передать движку")


def to_rest(variable: Variable) -> dict[str, JsonValue]:
    """Записать как `{type, value, valueInfo}` REST API; ValueError — значение не подходит типу."""
    info = dict(variable.info)
    foreign = info.pop(FOREIGN_TYPE, None)
    if foreign is not None:
        return {"type": foreign, "value": cast("JsonValue", variable.value), "valueInfo": info}
    try:
        return {"type": str(variable.type), "value": WRITERS[variable.type](variable.value), "valueInfo": info}
    except (ValueError, OverflowError) as error:
        raise ValueError(f"Значение не подходит переменной типа {variable.type}: {error}") from error


def from_rest(raw: Mapping[str, object]) -> Variable:
    """Прочитать `{type, value, valueInfo}`; без типа — по роду значения. Не бросает ни на каком значении JSON."""
    name, value = raw.get("type"), cast("JsonValue", raw.get("value"))
    info = _info(raw.get("valueInfo"))
    if not name:
        return _untyped(value)
    kind = _TYPES.get(str(name).lower())
    if kind is None:
        return _foreign(str(name), value, info)
    if value is None and kind not in {VariableType.NULL, VariableType.FILE}:
        return Variable(VariableType.NULL, None, {**info, FOREIGN_TYPE: str(kind)})
    try:
        return Variable(kind, READERS[kind](value), info)
    except (ValueError, OverflowError, RecursionError):
        return _foreign(str(kind), value, info)


def _info(raw: object) -> dict[str, JsonValue]:
    info = dict(cast("Mapping[str, JsonValue]", raw)) if isinstance(raw, Mapping) else {}
    if "mimetype" in info:  # the engine reads only "mimeType" and drops the other spelling without a word
        info.setdefault("mimeType", info.pop("mimetype"))
    return info


def _foreign(name: str, value: JsonValue, info: Mapping[str, JsonValue]) -> Variable:
    return Variable(VariableType.OBJECT, value, {**info, FOREIGN_TYPE: name})


def _untyped(value: JsonValue) -> Variable:
    try:
        return typed(value)
    except ValueError:
        return _foreign(VariableType.DOUBLE, value, {})


def _whole(value: int) -> Variable:
    for kind in (VariableType.INTEGER, VariableType.LONG):
        if fits(kind, value):
            return Variable(kind, value)
    return _string(str(value))


def _string(value: str) -> Variable:
    text = clean_text(value)
    units = len(text.encode("utf-16-le")) // 2
    return Variable(VariableType.STRING if units <= STRING_LIMIT else VariableType.JSON, text)


def clean_text(text: str) -> str:
    """Текст без U+0000 (PostgreSQL его не хранит) и без одиноких суррогатов (их не бывает в UTF-8)."""
    return text.replace("\0", "").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _clean_json(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return clean_text(value)
        case float():
            return finite(value)
        case list():
            return [_clean_json(item) for item in value]
        case dict():
            return {clean_text(name): _clean_json(item) for name, item in value.items()}
    return value


# In this order: bool is an int for Python.
_BUILDERS: tuple[tuple[type | UnionType, Callable[[Any], Variable]], ...] = (
    (bool, lambda value: Variable(VariableType.BOOLEAN, value)),
    (int, _whole),
    (float, lambda value: Variable(VariableType.DOUBLE, finite(value))),
    (Decimal, lambda value: _string(str(value))),
    (datetime, lambda value: Variable(VariableType.DATE, moment(value))),
    (bytes, lambda value: Variable(VariableType.BYTES, value)),
    (str, _string),
    (list | dict, lambda value: Variable(VariableType.JSON, _clean_json(value))),
)
