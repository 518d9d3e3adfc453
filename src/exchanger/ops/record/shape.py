"""Строение JSON без значений: какие ключи и какого рода то, что под ними. Больше ничего из ответа наружу не выходит."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from exchanger.telemetry.redact import redact

DEEPEST = 8
LONGEST_LIST = 50
MOST_KEYS = 400

_KEY = re.compile(r"[!<>=%@+]{0,3}(?=[A-Za-z_])[A-Za-z_]+\d{0,3}(?:[A-Z_][A-Za-z_]*\d{0,3}){0,8}")
_LONGEST_KEY = 48
STRANGE = "<key>"
"""Метка ключа, не похожего на имя протокола."""
_MARKED = frozenset({"<id>", "<uf>", STRANGE})
_OWN_FIELD = re.compile(r"[!<>=%@+]{0,3}(?:UF_|uf[A-Z]|customField\d)")
_KNOWN_FIELDS = frozenset(
    {"UF_CRM_TASK", "UF_TASK_WEBDAV_FILES", "UF_MAIL_MESSAGE", "UF_DEPARTMENT", "UF_HEAD", "UF_RESULT_ANSWER",
     "UF_RESULT_QUESTION", "UF_RESULT_EXPECTED", "UF_CAMUNDA_ID_EXTERNAL_TASK", "UF_ELEMENT_ID",
     "UF_PROCESS_INSTANCE_ID"}
)  # fmt: skip
_DIGITS = re.compile(r"-?\d+")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d.*)?")
# Short codes whose meaning is the protocol's, not a person's: the only values that are kept.
_CODES: Mapping[str, frozenset[str]] = {
    "status": frozenset("1234567") | {"0"},
    "subStatus": frozenset("1234567") | {"-1", "-2", "-3"},
    "priority": frozenset("012"),
    "USER_TYPE_ID": frozenset({"string", "integer", "double", "datetime", "date", "boolean", "enumeration", "crm"}),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """Роды значений (`string:digits`, `object`, …); у объекта — ключи, у списка — строение элемента и наибольшая длина.

    `codes` — встретившиеся значения из короткого списка дозволенных. `cut` — глубже не смотрели.
    """

    kinds: frozenset[str] = frozenset()
    keys: Mapping[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    length: int = 0
    codes: frozenset[str] = frozenset()
    cut: bool = False

    def dump(self) -> object:
        """В JSON: простое значение — строкой родов, остальное — объектом."""
        kinds = "|".join(sorted(self.kinds))
        body: dict[str, object] = {}
        if self.keys:
            body["keys"] = {name: each.dump() for name, each in sorted(self.keys.items())}
        if self.item is not None:
            body["item"] = self.item.dump()
        if self.length:
            body["length"] = self.length
        if self.codes:
            body["codes"] = sorted(self.codes)
        if self.cut:
            body["cut"] = True
        return {"type": kinds, **body} if body else kinds

    @classmethod
    def load(cls, raw: object) -> Shape:
        """Прочитать записанное; `TypeError`, `ValueError` — это не строение."""
        if isinstance(raw, str):
            return cls(frozenset(raw.split("|")) if raw else frozenset())
        if not isinstance(raw, dict) or not isinstance(raw.get("type"), str):
            raise TypeError("строение не разобрано")
        return cls(
            frozenset(raw["type"].split("|")),
            {str(name): cls.load(each) for name, each in dict(raw.get("keys", {})).items()},
            cls.load(raw["item"]) if "item" in raw else None,
            int(raw.get("length", 0)),
            frozenset(map(str, raw.get("codes", ()))),
            bool(raw.get("cut", False)),
        )


@lru_cache(4096)
def clean_key(name: str) -> str:
    """Имя ключа, если это имя протокола; номер, своё поле установки и всё непонятное — меткой."""
    if _DIGITS.fullmatch(name):
        return "<id>"
    if _OWN_FIELD.match(name):
        bare = name.lstrip("!<>=%@+")
        return name if bare in _KNOWN_FIELDS or bare in _CAMEL_FIELDS else "<uf>"
    plain = len(name) <= _LONGEST_KEY and _KEY.fullmatch(name) and redact(name) == name
    return name if plain else STRANGE


Key = Callable[[str], str]


def shape_of(value: object, *, name: str = "", depth: int = 0, key: Key = clean_key) -> Shape:
    """Строение значения; `name` — ключ, под которым оно лежит, `key` — каким ключ попадёт в запись."""
    if isinstance(value, dict | list):
        return _nested(value, name, depth, key)
    text = str(value)
    codes = frozenset({text}) if text in _CODES.get(name, frozenset()) else frozenset()
    return Shape(frozenset({_kind(value)}), codes=codes)


def merged(shapes: Iterable[Shape]) -> Shape:
    """Одно строение по нескольким образцам."""
    whole = Shape()
    for each in shapes:
        whole = _both(whole, each)
    return whole


def marked(name: str) -> bool:
    """Это метка вместо имени: какие ключи под нею, решают данные."""
    return name in _MARKED


def pruned(shape: Shape, deepest: int) -> Shape:
    """То же не глубже `deepest`."""
    if not deepest:
        return Shape(shape.kinds, cut=bool(shape.keys or shape.item))
    keys = {name: pruned(each, deepest - 1) for name, each in shape.keys.items()}
    return replace(shape, keys=keys, item=pruned(shape.item, deepest - 1) if shape.item is not None else None)


def _nested(value: dict[str, object] | list[object], name: str, depth: int, key: Key) -> Shape:
    kind = frozenset({"list" if isinstance(value, list) else "object"})
    if depth >= DEEPEST:
        return Shape(kind, cut=True)
    if isinstance(value, list):
        seen = [shape_of(each, name=name, depth=depth + 1, key=key) for each in value[:LONGEST_LIST]]
        return Shape(kind, item=merged(seen) if seen else None, length=len(seen), cut=len(value) > LONGEST_LIST)
    keys: dict[str, Shape] = {}
    for own, each in list(value.items())[:MOST_KEYS]:
        known = key(str(own))
        keys[known] = _both(keys.get(known, Shape()), shape_of(each, name=known, depth=depth + 1, key=key))
    return Shape(kind, keys, cut=len(value) > MOST_KEYS)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int | float):
        return "int" if isinstance(value, int) else "float"
    text = str(value)
    return next((f"string:{kind}" for kind, fits in _STRINGS if fits(text)), "string")


def _both(one: Shape, other: Shape) -> Shape:
    keys = dict(one.keys)
    for name, each in other.keys.items():
        keys[name] = _both(keys[name], each) if name in keys else each
    item = other.item if one.item is None else one.item if other.item is None else _both(one.item, other.item)
    return Shape(
        one.kinds | other.kinds,
        keys,
        item,
        max(one.length, other.length),
        one.codes | other.codes,
        one.cut or other.cut,
    )


def _camel(name: str) -> str:
    first, *rest = name.lower().split("_")
    return first + "".join(each.capitalize() for each in rest)


_CAMEL_FIELDS = frozenset(map(_camel, _KNOWN_FIELDS))
_STRINGS: tuple[tuple[str, Callable[[str], object]], ...] = (
    ("empty", lambda text: not text),
    ("flag", {"Y", "N"}.__contains__),
    ("digits", _DIGITS.fullmatch),
    ("date", _DATE.fullmatch),
)
