"""Функции `$filter`, которые 1С знает; остальные (length, indexof, replace, tolower, trim) — отказ с кодом 21."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from exchanger.sandbox.onec.errors import bad_option, no_function
from exchanger.sandbox.onec.expressions import Expr, Scope, constant, folded
from exchanger.sandbox.onec.schema import Kind

_TEXT: dict[str, Callable[[str, str], bool]] = {
    "substringof": lambda needle, text: needle in text,
    "startswith": lambda text, start: text.startswith(start),
    "endswith": lambda text, end: text.endswith(end),
    "like": lambda text, pattern: _like(pattern).fullmatch(text) is not None,
}
_PARTS = {"year": (0, 4), "month": (5, 7), "day": (8, 10), "hour": (11, 13), "minute": (14, 16), "second": (17, 19)}
_PAIR = 2


def call(name: str, given: list[Expr]) -> Expr:
    """Вызов функции."""
    if name in _TEXT:
        return _test(_TEXT[name], *_exactly(_PAIR, given))
    if name == "concat":
        left, right = _exactly(_PAIR, given)
        return Expr(Kind.STRING, lambda scope: str(left.read(scope)) + str(right.read(scope)))
    if name == "substring":
        return _substring(given)
    if name in _PARTS:
        (date,), (start, end) = _exactly(1, given), _PARTS[name]
        return Expr(Kind.NUMBER, lambda scope: int(str(date.read(scope))[start:end]))
    raise no_function(name)


def _exactly(number: int, given: list[Expr]) -> list[Expr]:
    if len(given) != number:
        raise bad_option("$filter")
    return given


def _test(work: Callable[[str, str], bool], left: Expr, right: Expr) -> Expr:
    if left.ignored or right.ignored:
        return constant(Kind.BOOL, value=True)

    def test(scope: Scope) -> bool:
        one, other = left.read(scope), right.read(scope)
        return one is not None and other is not None and work(folded(str(one)), folded(str(other)))

    return Expr(Kind.BOOL, test)


def _substring(given: list[Expr]) -> Expr:
    """Места считаются с единицы, как во встроенном языке."""

    def cut(scope: Scope) -> str:
        values: list[Any] = [each.read(scope) for each in given]
        start = int(values[1]) - 1
        return str(values[0])[start:] if len(values) == _PAIR else str(values[0])[start : start + int(values[2])]

    if len(given) not in {_PAIR, _PAIR + 1}:
        raise bad_option("$filter")
    return Expr(Kind.STRING, cut)


def _like(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"%": ".*", "_": "."}.get(each) or re.escape(each) for each in pattern), re.DOTALL)
