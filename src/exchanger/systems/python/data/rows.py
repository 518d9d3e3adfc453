"""Строки таблицы: из CSV, JSON или переменной Json и обратно в переменные."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from exchanger.connect.template import Asked, Place
from exchanger.domain.errors import Reject
from exchanger.domain.task import Order
from exchanger.domain.typed import typed
from exchanger.domain.variables import JsonValue, Variable
from exchanger.systems.python.content import content_of

Row = dict[str, JsonValue]

# An input parameter of this name would be a variable of the task, and the result put there would go with the task.
RESULT = Asked(place=Place.PROPERTY)


class Kind(StrEnum):
    """Вид файла."""

    CSV = "csv"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Form:
    """Как записан файл; пустой разделитель — угадать по первой строке."""

    kind: Kind = Kind.JSON
    delimiter: str = ""
    encoding: str = "utf-8"


def read_rows(order: Order, source: str, form: Form | None) -> list[Row]:
    """Строки переменной; `form` None — переменная Json или текст JSON. `Reject` — разобрать нельзя, и где именно."""
    variable = order.variables.get(source)
    if variable is not None and isinstance(variable.value, list | dict):
        return _checked(variable.value, source)
    text = _text(content_of(order, source), source, form or Form())
    if form is None or form.kind is Kind.JSON:
        try:
            return _checked(json.loads(text), source)
        except ValueError as error:
            raise Reject(f"Переменная {source}: JSON не разобран ({error}).") from None
    return _csv(text, source, form)


def rows_of(name: str, rows: list[Row], totals: Mapping[str, JsonValue] | None = None) -> dict[str, Variable]:
    """Переменные результата: строки, их число и, если просили, суммы."""
    found = {name: typed(cast("list[JsonValue]", rows)), f"{name}_count": typed(len(rows))}
    return found | ({f"{name}_totals": typed(dict(totals))} if totals else {})


def _text(content: bytes, source: str, form: Form) -> str:
    # A byte order mark is what Excel writes in front of UTF-8.
    encoding = "utf-8-sig" if form.encoding.lower() in {"utf-8", "utf8"} else form.encoding
    try:
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise Reject(f"Переменная {source}: это не текст в кодировке {form.encoding}.") from None


def _checked(value: object, source: str) -> list[Row]:
    rows = value if isinstance(value, list) else [value]
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict):
            raise Reject(f"Переменная {source}: строка {number} — не объект «столбец — значение».")
    return cast("list[Row]", rows)


def _csv(text: str, source: str, form: Form) -> list[Row]:
    head = text.partition("\n")[0]
    delimiter = form.delimiter or max(";,\t", key=head.count)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = list(reader)
    except (csv.Error, TypeError) as error:
        raise Reject(f"Переменная {source}: CSV не разобран ({error}).") from None
    for number, row in enumerate(rows, 2):
        if None in row or None in row.values():
            raise Reject(f"Переменная {source}: в строке {number} не столько столбцов, сколько в первой.")
    return cast("list[Row]", rows)
