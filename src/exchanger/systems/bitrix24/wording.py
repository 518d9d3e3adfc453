"""Тексты задачи: название и описание в пределах портала."""

from __future__ import annotations

import re
from collections.abc import Sequence

TITLE_LIMIT = 255

_ELLIPSIS = "…"
_CUT = "\n\n… (описание сокращено)"
_SEPARATOR = "\n\n---\n"
_BORDERS = (_SEPARATOR, "\n\n", "\n", ". ", " ")
_PAST = "Внимание: к моменту постановки задачи её срок уже прошёл."
_PAIRED = "B|I|U|S|URL|USER|QUOTE|CODE|LIST|TABLE|TR|TD|TH|COLOR|SIZE|FONT|IMG|LEFT|CENTER|RIGHT|JUSTIFY|SPOILER"
_TAG = re.compile(rf"\[(/?)({_PAIRED})(?:=[^\]]*)?\]", re.IGNORECASE)
_HALF = re.compile(r"(?:\[/?\w*(?:=[^\]\[]*)?|&#?\w{0,8})\Z")


def title(text: str) -> str:
    """Название в одну строку, не длиннее 255 знаков."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LIMIT else _cut(line, TITLE_LIMIT - len(_ELLIPSIS)) + _ELLIPSIS


def description(text: str, blocks: Sequence[str], limit: int, *, overdue: bool) -> str:
    """Описание и блоки за чертой, не длиннее `limit`.

    Лишнее обрезается по границе блока, абзаца, строки, предложения или слова; открытые теги BBCode закрываются.
    """
    note = f"{_PAST}\n\n" if overdue else ""
    whole = note + _SEPARATOR.join((text.strip(), *blocks))
    if len(whole) <= limit:
        return whole
    room = limit - len(_CUT)
    return _closed(whole, room) + _CUT if room > 0 else whole[:limit]


def _closed(text: str, room: int) -> str:
    """Обрезанный текст с закрытыми тегами, тоже не длиннее `room`."""
    space = room
    while space > 0:
        part = _cut(text, space)
        closing = "".join(f"[/{tag}]" for tag in reversed(_open_tags(part)))
        if len(part) + len(closing) <= room:
            return part + closing
        space = min(space, len(part)) - max(len(part) + len(closing) - room, 1)
    return _cut(text, room)  # nothing but opening tags: better open than empty


def _open_tags(text: str) -> list[str]:
    tags: list[str] = []
    for closing, name in _TAG.findall(text):
        tag = name.upper()
        if not closing:
            tags.append(tag)
        elif tag in tags:
            del tags[len(tags) - 1 - tags[::-1].index(tag) :]
    return tags


def _cut(text: str, room: int) -> str:
    """Не длиннее `room`: по самой крупной границе во второй половине, иначе как придётся, но не внутри тега."""
    part = text[: room + 1]
    for border in _BORDERS:
        at = part.rfind(border, room // 2, room)
        if at > 0:
            return part[: at + (1 if border == ". " else 0)].rstrip()
    return _HALF.sub("", text[:room])
