"""Выражения движка (JUEL): верна ли запись и какие переменные названы. Значений не вычисляет."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_EXPRESSION = re.compile(r"[$#]\{")
_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<name>[^\W\d][\w$]*(?::[^\W\d]\w*(?=\())?)|(?P<sign>==|!=|<=|>=|&&|\|\||[-+*/%<>!?:.,()\[\]}]))""",
)
_BINARY = frozenset(
    "== != <= >= < > && || + - * / % and or eq ne lt gt le ge div mod".split()  # noqa: SIM905 - reads as the grammar's own line
)
_PREFIX = frozenset({"!", "-", "not", "empty"})
_CONSTANTS = frozenset({"true", "false", "null"})
_RESERVED = _BINARY | _PREFIX | {"instanceof"}
_BUILT_IN = frozenset({"execution", "task", "authenticatedUserId"})
_VARIABLE = re.compile(r"""(?:get|has)Variable(?:Local)?\(\s*["']([^"']+)["']\s*\)""")
_DEPTH = 100


class _SyntaxFault(Exception):
    """Запись неверна."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Прочитанное: `fault` — что не так («» — верно).

    `names` — переменные, без которых не вычислить; `asked` — те, о которых спрошено через execution.
    """

    fault: str = ""
    names: frozenset[str] = frozenset()
    asked: frozenset[str] = frozenset()


def is_expression(text: str) -> bool:
    """Есть ли в тексте `${…}` или `#{…}`."""
    return _EXPRESSION.search(text) is not None


def read(text: str) -> Reading:
    """Прочитать текст с выражениями; текст без них верен всегда."""
    names: set[str] = set()
    position = 0
    try:
        while (begin := _EXPRESSION.search(text, position)) is not None:
            parser = _Parser(text, begin.end())
            position = parser.whole()
            names |= parser.names
    except _SyntaxFault as fault:
        return Reading(str(fault))
    return Reading("", frozenset(names), frozenset(_VARIABLE.findall(text)) if position else frozenset())


@dataclass(slots=True)
class _Parser:
    """Разбор одного выражения от знака за `${` до `}`."""

    text: str
    position: int
    names: set[str] = field(default_factory=set)
    _depth: int = 0

    def whole(self) -> int:
        self._value()
        self._take("}")
        return self.position

    def _value(self) -> None:
        self._depth += 1
        if self._depth > _DEPTH:
            raise _SyntaxFault("слишком глубокая вложенность")
        self._operand()
        while self._peek()[1] in _BINARY:
            self._next()
            self._operand()
        if self._peek()[1] == "?":
            self._next()
            self._value()
            self._take(":")
            self._value()
        self._depth -= 1

    def _operand(self) -> None:
        while self._peek()[1] in _PREFIX:
            self._next()
        kind, token = self._next()
        if token == "(":  # noqa: S105 - a bracket
            self._value()
            self._take(")")
        elif kind == "name" and token not in _RESERVED:
            self._name(token)
        elif kind not in {"text", "number"}:
            raise _SyntaxFault(f"перед «{token}» нет значения" if token else "выражение обрывается")
        for _ in self._tails():
            pass

    def _name(self, token: str) -> None:
        if self._peek()[1] != "(" and token not in _CONSTANTS | _BUILT_IN:
            self.names.add(token)

    def _tails(self) -> Iterator[None]:
        while self._peek()[1] in {".", "[", "("}:
            _, sign = self._next()
            if sign == ".":
                kind, token = self._next()
                if kind != "name":
                    raise _SyntaxFault(f"после точки нужно имя, а стоит «{token}»")
            elif sign == "[":
                self._value()
                self._take("]")
            else:
                self._arguments()
            yield

    def _arguments(self) -> None:
        if self._peek()[1] != ")":
            self._value()
            while self._peek()[1] == ",":
                self._next()
                self._value()
        self._take(")")

    def _take(self, sign: str) -> None:
        token = self._next()[1]
        if token != sign:
            raise _SyntaxFault(f"нужно «{sign}», а стоит «{token}»" if token else f"не хватает «{sign}»")

    def _next(self) -> tuple[str, str]:
        kind, token, self.position = self._scan()
        return kind, token

    def _peek(self) -> tuple[str, str]:
        return self._scan()[:2]

    def _scan(self) -> tuple[str, str, int]:
        found = _TOKEN.match(self.text, self.position)
        if found is not None:
            kind = found.lastgroup or ""
            return kind, found[kind], found.end()
        rest = self.text[self.position :].strip()
        if not rest:
            return "", "", len(self.text)
        raise _SyntaxFault(f"непонятный знак «{rest[0]}»")
