"""Выражения `$filter`: значение с известным родом. Род проверяется при разборе, поэтому и пустой набор не спасает."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from exchanger.sandbox.onec.errors import stopped
from exchanger.sandbox.onec.schema import TYPE_PREFIX, Kind, Prop, Row

Scope = Mapping[str, Row]
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq, "ne": operator.ne, "gt": operator.gt, "ge": operator.ge, "lt": operator.lt, "le": operator.le,
}  # fmt: skip
ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv,
}  # fmt: skip
NOT_ALLOWED = 'Операция не разрешена в предложении "ГДЕ"'


@dataclass(frozen=True, slots=True)
class Expr:
    """Выражение; `unlimited` — поле-строка неограниченной длины, `ignored` — условия на это поле не действуют."""

    kind: Kind | None
    read: Callable[[Scope], Any]
    unlimited: bool = False
    ignored: bool = False


def constant(kind: Kind | None, value: Any) -> Expr:
    """Литерал."""
    return Expr(kind, lambda _: value)


def typed(name: str, ref: str) -> Expr:
    """Ссылка с типом: то, что делает cast."""
    return Expr(Kind.ANYREF, lambda _: (name, ref))


def of_field(prop: Prop, wire: str, source: Callable[[Scope], Row | None], *, ignored: bool) -> Expr:
    """Поле записи; составная ссылка читается парой (тип, ссылка)."""

    def value(scope: Scope) -> Any:
        row = source(scope)
        return None if row is None else row.get(wire)

    def pair(scope: Scope) -> Any:
        row = source(scope)
        return None if row is None else (str(row[prop.name + "_Type"]).removeprefix(TYPE_PREFIX), row[prop.name])

    if prop.kind is Kind.ANYREF and wire == prop.name:
        return Expr(Kind.ANYREF, pair, ignored=ignored)
    kind = {Kind.ENUM: Kind.STRING, Kind.INT: Kind.NUMBER, Kind.ANYREF: Kind.STRING}.get(prop.kind, prop.kind)
    return Expr(kind, value, unlimited=prop.kind is Kind.STRING and prop.length == 0, ignored=ignored)


def compare(word: str, left: Expr, right: Expr, *, texts: bool) -> Expr:
    """Сравнение. Составная ссылка со ссылкой без cast — молча ложь."""
    if left.ignored or right.ignored:
        return constant(Kind.BOOL, value=True)
    kinds = {left.kind, right.kind} - {None}
    if kinds & {Kind.REF, Kind.ANYREF} and word not in {"eq", "ne"}:
        raise stopped(NOT_ALLOWED)
    if (left.unlimited or right.unlimited) and not texts:
        raise stopped("Нельзя сравнивать поля неограниченной длины и поля несовместимых типов")
    if kinds == {Kind.REF, Kind.ANYREF}:
        return constant(Kind.BOOL, value=word == "ne")
    if len(kinds) > 1:
        raise stopped("Нельзя сравнивать поля неограниченной длины и поля несовместимых типов")
    same = COMPARISONS[word]

    def test(scope: Scope) -> bool:
        one, other = left.read(scope), right.read(scope)
        return word == "ne" if one is None or other is None else same(folded(one), folded(other))

    return Expr(Kind.BOOL, test)


def arithmetic(word: str, left: Expr, right: Expr) -> Expr:
    """Действие над числами; над прочим база отвечает отказом."""
    if left.kind is not Kind.NUMBER or right.kind is not Kind.NUMBER:
        raise stopped(NOT_ALLOWED)
    work = ARITHMETIC[word]
    return Expr(Kind.NUMBER, lambda scope: work(left.read(scope), right.read(scope)))


def both(left: Expr, right: Expr) -> Expr:
    """И."""
    return Expr(Kind.BOOL, lambda scope: bool(left.read(scope)) and bool(right.read(scope)))


def either(left: Expr, right: Expr) -> Expr:
    """Или."""
    return Expr(Kind.BOOL, lambda scope: bool(left.read(scope)) or bool(right.read(scope)))


def opposite(inner: Expr) -> Expr:
    """Не."""
    return Expr(Kind.BOOL, lambda scope: not inner.read(scope))


def folded(value: Any) -> Any:
    """Строки сравниваются без учёта регистра, как это делают обычные настройки базы данных."""
    return value.casefold() if isinstance(value, str) else value
