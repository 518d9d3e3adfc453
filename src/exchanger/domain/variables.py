"""Типизированные переменные процесса."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

JsonValue = None | bool | int | float | str | list["JsonValue"] | dict[str, "JsonValue"]
PlainValue = JsonValue | datetime | Decimal | bytes


class VariableType(StrEnum):
    """Типы переменных движка (имена REST API)."""

    STRING = "String"
    BOOLEAN = "Boolean"
    SHORT = "Short"
    INTEGER = "Integer"
    LONG = "Long"
    DOUBLE = "Double"
    DATE = "Date"
    BYTES = "Bytes"
    NULL = "Null"
    FILE = "File"
    OBJECT = "Object"
    JSON = "Json"
    XML = "Xml"


@dataclass(frozen=True, slots=True)
class Variable:
    """Переменная: тип движка, значение на Python и сведения о типе.

    `value`: String → str; Boolean → bool; Short/Integer/Long → int; Double → float; Date → datetime с поясом;
    Bytes → bytes; Null → None; Json → разобранный JSON; Object/Xml → текст; File → bytes или None (содержимое
    не передаётся при выборке, его читают отдельно).
    """

    type: VariableType
    value: PlainValue
    info: Mapping[str, JsonValue] = field(default_factory=dict)


Variables = Mapping[str, Variable]
