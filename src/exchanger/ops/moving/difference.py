"""Поля, с которыми объект создали бы мы, против полей объекта, который есть. Чистые функции.

Система называет поля в запросе (`RESPONSIBLE_ID`) и в ответе (`responsibleId`) по-разному, пишет числа текстом, а
пустое — как придётся; сравнивается смысл. Чего ответ не показывает, о том ничего не говорится.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from exchanger.domain.variables import JsonValue

OUR_MARK = frozenset({"XML_ID"})
"""Ключ: у предшественника его не было и быть не могло."""

_FLAGS = {"Y": "1", "N": "0", "true": "1", "false": "0"}
_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Difference:
    """Одно поле: у нас и у них."""

    field: str
    ours: str
    theirs: str


def differences(ours: Mapping[str, object], theirs: Mapping[str, JsonValue], now: datetime) -> list[Difference]:
    """Отличия по полям, которые показывают обе стороны. `now` — когда считали наши поля."""
    shown = {name: theirs[camel(name)] for name in ours if name not in OUR_MARK and camel(name) in theirs}
    pairs = {name: (_plain(ours[name]), _plain(value)) for name, value in shown.items()}
    age = _age(theirs, now)
    return [
        Difference(name, *pair)
        for name, pair in sorted(pairs.items())
        if pair[0] != pair[1] and not _moved_with_time(ours[name], theirs[camel(name)], age)
    ]


def side_by_side(ours: Mapping[str, object], theirs: Mapping[str, JsonValue]) -> dict[str, tuple[str, str | None]]:
    """Каждое наше поле и то же поле объекта; None — система его не показывает (или объекта нет)."""
    return {
        name: (_plain(value), _plain(theirs[camel(name)]) if camel(name) in theirs else None)
        for name, value in ours.items()
    }


def camel(name: str) -> str:
    """Имя поля в ответе."""
    head, *tail = name.lower().split("_")
    return head + "".join(part.capitalize() for part in tail)


def _plain(value: object) -> str:
    """The meaning as text: lists are sets, a moment is in UTC, an absent value, zero and no are the empty text."""
    if isinstance(value, Mapping):
        value = [item.get("title", item) if isinstance(item, Mapping) else item for item in value.values()]
    if isinstance(value, list | tuple):
        return ", ".join(sorted({_plain(item) for item in value}))
    moment = _moment(value)
    if moment is not None:
        return moment.astimezone(UTC).isoformat(timespec="minutes")
    text = "" if value is None or value is False else "1" if value is True else " ".join(str(value).split())
    text = _FLAGS.get(text, text)
    return "" if text == "0" else text


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None


def _age(theirs: Mapping[str, JsonValue], now: datetime) -> timedelta | None:
    created = _moment(theirs.get("createdDate"))
    return None if created is None else now - created


def _moved_with_time(ours: object, theirs: object, age: timedelta | None) -> bool:
    """A term counted from the creation: ours from now, theirs from then."""
    one, other = _moment(ours), _moment(theirs)
    return one is not None and other is not None and age is not None and abs(one - other - age) < _TOLERANCE
