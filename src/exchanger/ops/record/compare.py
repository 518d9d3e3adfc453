"""Где стенд отвечает не так, как записанная система: ключи, роды значений, коды."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exchanger.ops.record.recording import Recorded
from exchanger.ops.record.shape import STRANGE, Shape, marked

_MISSING = "missing"  # steps of the tour that ask for what is not there
_EMPTY = frozenset({"null", "string:empty"})


@dataclass(frozen=True, slots=True)
class Rules:
    """Особенности системы.

    `content` — ключи, под одним из которых лежит сам ответ; `limited` — коды «вам этого не дано», заглавными: такой
    ответ ничего не говорит о стенде.
    """

    content: tuple[str, ...]
    limited: frozenset[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """Расхождение; `where` — место в ответе, «» — ответ целиком."""

    step: str
    method: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Compared:
    """Итог; `skipped` — что не сравнивалось и почему."""

    differences: tuple[Difference, ...]
    skipped: tuple[str, ...]


def compare(system: Sequence[Recorded], stand: Sequence[Recorded], rules: Rules) -> Compared:
    """Сравнить запись системы с тем же обходом стенда."""
    answers = {each.step: each for each in stand}
    found: list[Difference] = []
    skipped: list[str] = []
    for each in system:
        other = answers.get(each.step)
        why = _incomparable(each, other, rules)
        if why or other is None:
            skipped.append(f"{each.step} ({each.method}): {why}")
        else:
            found += [Difference(each.step, each.method, where, what) for where, what in _answers(each, other, rules)]
    return Compared(tuple(found), tuple(skipped))


def _incomparable(system: Recorded, stand: Recorded | None, rules: Rules) -> str:
    if stand is None:
        return "на стенде до этого вызова не дошло"
    if not system.status:
        return "ответа не было"
    limited = system.error.upper() in rules.limited and system.error.upper() != stand.error.upper()
    return f"система не дала этого сделать ({system.error})" if limited else ""


def _answers(system: Recorded, stand: Recorded, rules: Rules) -> Iterator[tuple[str, str]]:
    if system.status != stand.status:
        yield "", f"код HTTP: в записи {system.status}, у стенда {stand.status}"
    if system.error.upper() != stand.error.upper():
        yield "", f"код ошибки: в записи {system.error or 'нет'}, у стенда {stand.error or 'нет'}"
        return
    if system.step.startswith(_MISSING):
        empty = Shape()
        for place in rules.content:
            yield from _exactly(system.answer.keys.get(place, empty), stand.answer.keys.get(place, empty), place)
    else:
        yield from _shapes(system.answer, stand.answer, "")


def _exactly(system: Shape, stand: Shape, where: str) -> Iterator[tuple[str, str]]:
    """For what is not there the very emptiness is the answer: a list, `false` and a found row mean different things."""
    if system.kinds != stand.kinds or _filled(system) != _filled(stand):
        yield where, f"о пропавшем: в записи {_shown(system)}{_fill(system)}, у стенда {_shown(stand)}{_fill(stand)}"
        return
    for name in sorted(system.keys.keys() & stand.keys.keys()):
        yield from _exactly(system.keys[name], stand.keys[name], f"{where}.{name}")


def _filled(shape: Shape) -> bool:
    return bool(shape.keys) or shape.item is not None


def _fill(shape: Shape) -> str:
    return " с содержимым" if _filled(shape) else ""


def _shapes(system: Shape, stand: Shape, where: str) -> Iterator[tuple[str, str]]:
    left, right = _types(system), _types(stand)
    if left and right and left.isdisjoint(right):
        yield where, f"род: в записи {_shown(system)}, у стенда {_shown(stand)}"
        return
    if system.keys and stand.keys:
        yield from _keys(system, stand, where)
    if system.item is not None and stand.item is not None:
        yield from _shapes(system.item, stand.item, f"{where}[]")


def _keys(system: Shape, stand: Shape, where: str) -> Iterator[tuple[str, str]]:
    for name in sorted(system.keys.keys() | stand.keys.keys()):
        place = f"{where}.{name}".lstrip(".")
        if name == STRANGE:
            continue  # many keys under one mark: there is nothing to compare
        if name in system.keys and name in stand.keys:
            yield from _shapes(system.keys[name], stand.keys[name], place)
        elif marked(name) or system.cut or stand.cut or _void(system) or _void(stand):
            continue  # which numbers and own fields there are, the data decide
        else:
            yield place, "стенд этого ключа не отдаёт" if name in system.keys else "в записи этого ключа нет"


def _void(shape: Shape) -> bool:
    """A link to nobody has no title: an object of empty values does not show what keys a filled one has."""
    return all(each.kinds <= _EMPTY for each in shape.keys.values())


def _types(shape: Shape) -> frozenset[str]:
    """Kinds that must agree: nothing is known of what is empty, and PHP writes an empty object as a list."""
    kinds = shape.kinds - _EMPTY
    if kinds == {"list"} and shape.item is None:
        return frozenset()
    exact = {kind for kind in kinds if kind in {"string:digits", "string:date"}}
    plain = {"number" if kind in {"int", "float"} else kind.partition(":")[0] for kind in kinds}
    if exact == kinds and len(exact) == 1:
        return frozenset(exact)
    return frozenset(plain | ({"string:digits", "string:date"} if "string" in plain else set()))


def _shown(shape: Shape) -> str:
    return "|".join(sorted(shape.kinds)) or "ничего"
