"""Что условие потока различает: переменная и литерал, да и нет, пусто и не пусто, больше и меньше."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

Scalar = None | bool | int | float | str
"""Значение ответа."""

_TOKEN = re.compile(
    r"""\s*(?:
      execution\.getVariable(?:Local)?\(\s*(?P<quote>["'])(?P<variable>.*?)(?P=quote)\s*\)
    | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<name>[^\W\d]\w*(?:\.\w+)*)
    | (?P<sign>==|!=|<=|>=|&&|\|\||.)
    )""",
    re.VERBOSE,
)
_EQUAL, _ORDER = frozenset({"==", "!=", "eq", "ne"}), frozenset({"<", ">", "<=", ">=", "lt", "gt", "le", "ge"})
_JOINS = frozenset({"&&", "||", "and", "or", "(", ")", "?", ":", "!", "not", ""})
_FOLLOWS = _JOINS - {"(", "!", "not"}
_WORDS = frozenset({"eq", "ne", "lt", "gt", "le", "ge", "and", "or", "not", "empty", "div", "mod", "instanceof"})
_CONSTANTS: dict[str, Scalar] = {"true": True, "false": False, "null": None}
_ENGINE = frozenset(
    {"execution", "task", "loopCounter", "nrOfInstances", "nrOfActiveInstances", "nrOfCompletedInstances"}
)
OTHER = "другое"
"""Ответ, которого условия не называют: он ведёт в поток по умолчанию."""


class Test(StrEnum):
    """Как переменную проверяют."""

    EQUAL = "equal"
    UNEQUAL = "unequal"
    ORDER = "order"
    TRUTH = "truth"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class Atom:
    """Одна проверка переменной."""

    variable: str
    test: Test
    literal: Scalar = None


@dataclass(frozen=True, slots=True)
class Condition:
    """Проверки условия; `understood` False — в нём есть и то, чего репетиция не разбирает."""

    atoms: tuple[Atom, ...] = ()
    understood: bool = True

    @property
    def variables(self) -> tuple[str, ...]:
        """Переменные условия."""
        return tuple(dict.fromkeys(atom.variable for atom in self.atoms))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    value: Scalar

    @property
    def sign(self) -> str:
        return str(self.value) if self.kind == "sign" else ""


_NOTHING = _Token("sign", "")


def read_condition(text: str) -> Condition:
    """Разобрать `${…}` или `#{…}`; чего не понять, то честно не понято."""
    stripped = text.strip()
    if not (stripped.startswith(("${", "#{")) and stripped.endswith("}")):
        return Condition(understood=not stripped)
    tokens = [_token(found) for found in _TOKEN.finditer(stripped[2:-1].rstrip())]
    atoms: list[Atom] = []
    understood, index = True, 0
    while index < len(tokens):
        used, found, clear = _at(tokens, index)
        atoms += found
        understood = understood and clear
        index += used
    if any(token.sign in {"!", "not"} for token in tokens):
        atoms = [replace(atom, test=Test.UNEQUAL) if atom.test is Test.EQUAL else atom for atom in atoms]
    return Condition(tuple(dict.fromkeys(atoms)), understood)


def _token(found: re.Match[str]) -> _Token:
    if found["variable"] is not None:
        return _Token("variable", found["variable"])
    if found["text"] is not None:
        return _Token("literal", re.sub(r"\\(.)", r"\1", found["text"][1:-1]))
    if found["number"] is not None:
        return _Token("literal", float(found["number"]) if "." in found["number"] else int(found["number"]))
    name = found["name"]
    if name is None or name in _WORDS:
        return _Token("sign", name or found["sign"])
    return _Token("literal", _CONSTANTS[name]) if name in _CONSTANTS else _Token("variable", name)


def _at(tokens: Sequence[_Token], index: int) -> tuple[int, list[Atom], bool]:
    """Проверка, начатая здесь: сколько знаков занимает, что проверяет, понята ли."""
    left = tokens[index]
    if left.kind == "sign":
        return 1, [], left.sign in _JOINS or left.sign == "empty"
    before = tokens[index - 1] if index else _NOTHING
    after = [*tokens[index + 1 : index + 4], _NOTHING, _NOTHING, _NOTHING]
    if str(left.value).endswith(".equals") and after[0].sign == "(" and after[1].kind == "literal":
        return 4, *_compared(_Token("variable", str(left.value).removesuffix(".equals")), after[1], Test.EQUAL)
    if after[0].sign in _EQUAL | _ORDER and after[1].kind != "sign":
        test = _test(after[0].sign)
        atoms, clear = _compared(left, after[1], test)
        return 3, atoms, clear and after[2].sign in _FOLLOWS
    if left.kind == "literal":
        return 1, [], after[0].sign in _FOLLOWS
    if not _plain(left) or before.sign == "." or after[0].sign not in _FOLLOWS:
        return 1, [], False
    return 1, [Atom(str(left.value), Test.EMPTY if before.sign == "empty" else Test.TRUTH)], True


def _test(sign: str) -> Test:
    if sign in _ORDER:
        return Test.ORDER
    return Test.EQUAL if sign in {"==", "eq"} else Test.UNEQUAL


def _compared(left: _Token, right: _Token, test: Test) -> tuple[list[Atom], bool]:
    variable, literal = (left, right) if left.kind == "variable" else (right, left)
    if variable.kind != "variable" or literal.kind != "literal" or not _plain(variable):
        return [], False
    if literal.value is None:
        return [Atom(str(variable.value), Test.EMPTY)], True
    return [Atom(str(variable.value), test, literal.value)], True


def _plain(token: _Token) -> bool:
    name = str(token.value)
    return "." not in name and name not in _ENGINE


def choices(atoms: Iterable[Atom], *, otherwise: bool) -> tuple[Scalar, ...]:
    """Значения, которые проверки различают; `otherwise` — нужен и ответ, которого ни одна не называет."""
    atoms = list(atoms)
    otherwise = otherwise or any(atom.test is Test.UNEQUAL for atom in atoms)
    found: list[Scalar] = []
    for atom in atoms:
        found += _values(atom)
    texts = [value for value in found if isinstance(value, str)]
    numbers = [value for value in found if isinstance(value, int | float) and not isinstance(value, bool)]
    if otherwise and texts:
        found.append(OTHER)
    elif otherwise and numbers:
        found.append(max(numbers) + 1)
    if any(atom.test is Test.EMPTY for atom in atoms):
        found += [None] if len(set(found) - {None}) else [OTHER, None]
    unique = {(type(value), value): value for value in found}
    return tuple(sorted(unique.values(), key=lambda value: value not in {"ok", True} or value == 1))


def _values(atom: Atom) -> list[Scalar]:
    if atom.test is Test.TRUTH or isinstance(atom.literal, bool):
        return [True, False]
    if atom.test is Test.ORDER and isinstance(atom.literal, int | float):
        return [atom.literal + 1, atom.literal, atom.literal - 1]
    return [] if atom.literal is None else [atom.literal]
