"""Отбор, порядок, столбцы и суммы строк."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from exchanger.connect.contents import CONTENT
from exchanger.domain.errors import Reject
from exchanger.domain.variables import JsonValue
from exchanger.systems.python.data.rows import RESULT, Row


class DataCall(BaseModel):
    """Действия над строками, в этом порядке: where, sort_by, limit, totals, columns."""

    model_config = ConfigDict(frozen=True)

    source: Annotated[str, CONTENT] = Field(
        min_length=1, title="Откуда взять строки", description="Имя переменной: Json, текст JSON или файл JSON"
    )
    where: dict[str, str] = Field(
        default_factory=dict, title="Отбор", description="JSON: столбец → значение; все условия сразу"
    )
    sort_by: str = Field("", title="Столбец для порядка", description="«-столбец» — по убыванию; числа — как числа")
    limit: int | None = Field(None, ge=1, description="Сколько первых строк оставить")
    totals: list[str] = Field(default_factory=list, title="Столбцы, которые сложить", description="Через запятую")
    columns: dict[str, str] = Field(
        default_factory=dict, title="Какие столбцы оставить", description="JSON: новое имя → прежнее"
    )
    result: Annotated[str, RESULT] = Field(
        "result",
        min_length=1,
        title="Куда положить строки",
        description="Имя переменной, без него — result; рядом — _count и _totals",
    )


def processed(rows: list[Row], call: DataCall) -> tuple[list[Row], dict[str, JsonValue]]:
    """Строки и суммы; `Reject` — столбца нет или в нём не числа."""
    kept = [row for row in rows if all(_same(row.get(name), wanted) for name, wanted in call.where.items())]
    if call.sort_by:
        column = call.sort_by.removeprefix("-")
        kept = sorted(kept, key=lambda row: _order(row.get(column)), reverse=call.sort_by.startswith("-"))
    kept = kept[: call.limit]
    totals = {column: _total(kept, column) for column in call.totals}
    if call.columns:
        kept = [{new: _column(row, old) for new, old in call.columns.items()} for row in kept]
    return kept, totals


def _same(value: JsonValue, wanted: str) -> bool:
    if isinstance(value, bool):
        return wanted.strip().lower() == str(value).lower()
    mine, other = _number(value), _number(wanted)
    if mine is not None and other is not None:
        return mine == other
    return ("" if value is None else str(value)) == wanted


def _order(value: JsonValue) -> tuple[int, Decimal, str]:
    """Nothing first, then numbers, then texts."""
    if value is None:
        return 0, Decimal(), ""
    number = _number(value)
    return (1, number, "") if number is not None else (2, Decimal(), str(value))


def _total(rows: list[Row], column: str) -> JsonValue:
    numbers = [_number(_column(row, column)) for row in rows]
    if None in numbers:
        raise Reject(f"В столбце «{column}», строка {numbers.index(None) + 1}: не число.")
    total = sum((number for number in numbers if number is not None), Decimal())
    return int(total) if total == total.to_integral_value() else float(total)


def _column(row: Row, name: str) -> JsonValue:
    if name not in row:
        raise Reject(f"Столбца «{name}» в строках нет; есть: {', '.join(row)}.")
    return row[name]


def _number(value: JsonValue) -> Decimal | None:
    """A number or a text of one: a file's decimal comma and spaces between thousands are understood."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value).replace("\u00a0", "").replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
