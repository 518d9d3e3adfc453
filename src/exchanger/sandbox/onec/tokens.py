"""Разбор текста `$filter` на слова. Плюс — сложение: пробел в адресе пишется %20."""

from __future__ import annotations

import re
from dataclasses import dataclass

from exchanger.sandbox.onec.errors import bad_option, malformed

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<guid>guid'(?P<ref>[^']*)')
    | (?P<date>datetime'(?P<moment>[^']*)')
    | (?P<text>'(?P<words>(?:[^']|'')*)')
    | (?P<number>-?\d+(?:\.\d+)?)
    | (?P<word>[^\W\d][\w]*(?:/[^\W\d][\w]*)*)
    | (?P<mark>[(),:+*])
    )""",
    re.VERBOSE,
)
_GUID = re.compile(r"^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$")


@dataclass(frozen=True, slots=True)
class Token:
    """Слово: род (guid, date, text, number, word, mark) и значение."""

    sort: str
    value: str


def tokens(text: str) -> list[Token]:
    """Слова по порядку; непонятное — отказ с кодом 14."""
    found: list[Token] = []
    place = 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise bad_option("$filter")
        found.append(_token(match))
        place = match.end()
    return found


def _token(match: re.Match[str]) -> Token:
    sort = str(next(name for name in ("guid", "date", "text", "number", "word", "mark") if match[name] is not None))
    if sort == "guid":
        return Token(sort, guid(match["ref"]))
    if sort == "date":
        return Token(sort, moment(match["moment"]))
    return Token(sort, match["words"].replace("''", "'") if sort == "text" else match[sort])


def guid(text: str) -> str:
    """Ссылка строчными буквами; негодная — код 1."""
    if _GUID.match(text.lower()) is None:
        raise malformed(text)
    return text.lower()


def moment(text: str) -> str:
    """Дата и время без пояса; негодное — код 1."""
    if _DATE.match(text) is None:
        raise malformed(text)
    return text
