"""Где стенд отвечает не так, как записанный портал: ключи, роды значений, коды."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from exchanger.ops.record import Recorded
from exchanger.ops.record_shape import Shape, marked

_NOT_HERE = frozenset(
    {"ERROR_METHOD_NOT_FOUND", "INSUFFICIENT_SCOPE", "ACCESS_DENIED", "QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT"}
)
_MISSING = "missing"  # steps of the tour that ask for what is not there
_RESULT = "result"
_EMPTY = frozenset({"null", "string:empty"})


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


def compare(portal: Sequence[Recorded], stand: Sequence[Recorded]) -> Compared:
    """Сравнить запись портала с тем же обходом стенда."""
    answers = {each.step: each for each in stand}
    found: list[Difference] = []
    skipped: list[str] = []
    for each in portal:
        other = answers.get(each.step)
        why = _incomparable(each, other)
        if why or other is None:
            skipped.append(f"{each.step} ({each.method}): {why}")
        else:
            found += [Difference(each.step, each.method, where, what) for where, what in _answers(each, other)]
    return Compared(tuple(found), tuple(skipped))


def _incomparable(portal: Recorded, stand: Recorded | None) -> str:
    if stand is None:
        return "на стенде до этого вызова не дошло"
    if not portal.status:
        return "портал не ответил"
    limited = portal.error.upper() in _NOT_HERE and portal.error.upper() != stand.error.upper()
    return f"портал не дал этого сделать ({portal.error})" if limited else ""


def _answers(portal: Recorded, stand: Recorded) -> Iterator[tuple[str, str]]:
    if portal.status != stand.status:
        yield "", f"код HTTP: портал {portal.status}, стенд {stand.status}"
    if portal.error.upper() != stand.error.upper():
        yield "", f"код ошибки: портал {portal.error or 'нет'}, стенд {stand.error or 'нет'}"
        return
    if portal.step.startswith(_MISSING):
        empty = Shape()
        yield from _exactly(portal.answer.keys.get(_RESULT, empty), stand.answer.keys.get(_RESULT, empty), _RESULT)
    else:
        yield from _shapes(portal.answer, stand.answer, "")


def _exactly(portal: Shape, stand: Shape, where: str) -> Iterator[tuple[str, str]]:
    """For what is not there the very emptiness is the answer: a list, `false` and a found row mean different things."""
    if portal.kinds != stand.kinds or _filled(portal) != _filled(stand):
        yield where, f"о пропавшем: портал {_shown(portal)}{_fill(portal)}, стенд {_shown(stand)}{_fill(stand)}"
        return
    for name in sorted(portal.keys.keys() & stand.keys.keys()):
        yield from _exactly(portal.keys[name], stand.keys[name], f"{where}.{name}")


def _filled(shape: Shape) -> bool:
    return bool(shape.keys) or shape.item is not None


def _fill(shape: Shape) -> str:
    return " с содержимым" if _filled(shape) else ""


def _shapes(portal: Shape, stand: Shape, where: str) -> Iterator[tuple[str, str]]:
    left, right = _types(portal), _types(stand)
    if left and right and left.isdisjoint(right):
        yield where, f"род: портал {_shown(portal)}, стенд {_shown(stand)}"
        return
    if portal.keys and stand.keys:
        yield from _keys(portal, stand, where)
    if portal.item is not None and stand.item is not None:
        yield from _shapes(portal.item, stand.item, f"{where}[]")


def _keys(portal: Shape, stand: Shape, where: str) -> Iterator[tuple[str, str]]:
    for name in sorted(portal.keys.keys() | stand.keys.keys()):
        place = f"{where}.{name}".lstrip(".")
        if name in portal.keys and name in stand.keys:
            yield from _shapes(portal.keys[name], stand.keys[name], place)
        elif marked(name) or portal.cut or stand.cut:
            continue  # which numbers and own fields there are, the data decide
        else:
            yield place, "стенд этого ключа не отдаёт" if name in portal.keys else "портал этого ключа не отдаёт"


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
