"""`$filter`: разбор сверху вниз — or, and, not, сравнение, сложение, умножение, значение."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from exchanger.sandbox.onec.errors import Refusal, bad_option, bad_request, no_property, stopped
from exchanger.sandbox.onec.expressions import (
    ARITHMETIC,
    COMPARISONS,
    NOT_ALLOWED,
    Expr,
    Scope,
    arithmetic,
    both,
    compare,
    constant,
    either,
    of_field,
    opposite,
    typed,
)
from exchanger.sandbox.onec.functions import call
from exchanger.sandbox.onec.infobase import Infobase
from exchanger.sandbox.onec.schema import EntityType, Kind, Prop, Row
from exchanger.sandbox.onec.tokens import Token, tokens

ROW = ""  # the name of the row itself among the variables of any/all
_LITERALS: dict[str, Kind] = {"guid": Kind.REF, "date": Kind.DATE, "text": Kind.STRING}
_WORDS: dict[str, tuple[Kind | None, Any]] = {
    "true": (Kind.BOOL, True), "false": (Kind.BOOL, False), "null": (None, None),
}  # fmt: skip
_END = Token("end", "")


def condition(base: Infobase, kind: EntityType, text: str) -> Callable[[Row], bool]:
    """Проверка записи по тексту условия."""
    parser = _Parser(base, kind, tokens(text))
    tree = parser.whole()
    return lambda row: bool(tree.read({ROW: row}))


class _Parser:
    def __init__(self, base: Infobase, kind: EntityType, words: list[Token]) -> None:
        self._base, self._kind, self._words, self._place = base, kind, words, 0
        self._variables: dict[str, tuple[Prop, ...]] = {ROW: kind.props}

    def whole(self) -> Expr:
        tree = self._either()
        if self._peek() is not _END or tree.kind is not Kind.BOOL:
            raise self._wrong()
        return tree

    def _wrong(self) -> Refusal:
        """A space that a client wrote as a plus is an addition of what cannot be added."""
        added = any(each == Token("mark", "+") for each in self._words)
        return stopped(NOT_ALLOWED) if added else bad_option("$filter")

    def _peek(self) -> Token:
        return self._words[self._place] if self._place < len(self._words) else _END

    def _take(self, *values: str) -> str | None:
        word = self._peek()
        if word.sort not in {"word", "mark"} or word.value not in values:
            return None
        self._place += 1
        return word.value

    def _need(self, mark: str) -> None:
        if self._take(mark) is None:
            raise self._wrong()

    def _either(self) -> Expr:
        tree = self._both()
        while self._take("or"):
            tree = either(tree, self._both())
        return tree

    def _both(self) -> Expr:
        tree = self._opposite()
        while self._take("and"):
            tree = both(tree, self._opposite())
        return tree

    def _opposite(self) -> Expr:
        return opposite(self._opposite()) if self._take("not") else self._comparison()

    def _comparison(self) -> Expr:
        tree = self._sum()
        word = self._take(*COMPARISONS)
        return tree if word is None else compare(word, tree, self._sum(), texts=self._base.config.compares_text)

    def _sum(self) -> Expr:
        tree = self._product()
        while word := self._take("add", "sub", "+"):
            tree = arithmetic("add" if word == "+" else word, tree, self._product())
        return tree

    def _product(self) -> Expr:
        tree = self._value()
        while word := self._take("mul", "div"):
            tree = arithmetic(word, tree, self._value())
        return tree

    def _value(self) -> Expr:
        word = self._peek()
        self._place += 1
        if word.value == "(" and word.sort == "mark":
            tree = self._either()
            self._need(")")
            return tree
        if word.sort in _LITERALS:
            return constant(_LITERALS[word.sort], word.value)
        if word.sort == "number":
            return constant(Kind.NUMBER, float(word.value))
        if word.sort != "word" or word.value in {*ARITHMETIC, *COMPARISONS, "and", "or"}:
            raise self._wrong()
        return self._named(word.value)

    def _named(self, name: str) -> Expr:
        if name in _WORDS:
            return constant(*_WORDS[name])
        if self._take("(") is None:
            return self._field(name)
        if name.endswith(("/any", "/all")):
            return self._rows(*name.rsplit("/", 1))
        if name in {"cast", "isof"}:
            return self._with_type(name)
        given = [self._either()]
        while self._take(","):
            given.append(self._either())
        self._need(")")
        return call(name, given)

    def _rows(self, part: str, quantor: str) -> Expr:
        if part not in self._kind.parts:
            raise no_property(part)
        name = self._peek().value
        self._place += 1
        self._need(":")
        self._variables[name] = self._kind.parts[part]
        inner = self._either()
        self._need(")")
        test = any if quantor == "any" else all
        return Expr(Kind.BOOL, lambda scope: test(bool(inner.read({**scope, name: row})) for row in scope[ROW][part]))

    def _with_type(self, function: str) -> Expr:
        given = self._either()
        self._need(",")
        name = self._peek().value
        self._place += 1
        self._need(")")
        if name not in self._base.types:
            raise bad_request(f"Неизвестный тип: {name}")
        if function == "isof":
            return Expr(Kind.BOOL, lambda scope: (given.read(scope) or ("", ""))[0] == name)
        if given.kind is Kind.REF:
            return typed(name, str(given.read({ROW: {}})))
        return Expr(Kind.REF, lambda scope: _if_of(name, given.read(scope)))

    def _field(self, path: str) -> Expr:
        first, *rest = path.split("/")
        if rest and first in self._variables:
            return self._leaf(self._variables[first], rest[0], lambda scope: scope[first])
        if not rest:
            return self._leaf(self._kind.props, first, lambda scope: scope[ROW])
        through = next((each for each in self._kind.props if each.name == first and each.kind is Kind.REF), None)
        if through is None or not through.targets:
            raise no_property(path)
        target, wire = through.targets[0], through.wire
        rows = self._base.rows[target]
        return self._leaf(self._base.types[target].props, rest[0], lambda scope: rows.get((scope[ROW][wire],)))

    def _leaf(self, props: tuple[Prop, ...], wire: str, source: Callable[[Scope], Row | None]) -> Expr:
        prop = next((each for each in props if wire in each.fields), None)
        if prop is None:
            raise no_property(wire)
        return of_field(prop, wire, source, ignored=wire in self._base.faults.ignored_filters)


def _if_of(name: str, value: tuple[str, str] | None) -> str | None:
    return value[1] if value is not None and value[0] == name else None
