"""Тексты задачи: название и описание в пределах портала."""

from __future__ import annotations

TITLE_LIMIT = 255

_ELLIPSIS = "…"
_CUT = "\n\n… (описание сокращено)"
_BORDERS = ("\n\n", "\n", ". ", " ")
_PAST = "Внимание: к моменту постановки задачи её срок уже прошёл."


def title(text: str) -> str:
    """Название в одну строку, не длиннее 255 знаков."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE_LIMIT else _cut(line, TITLE_LIMIT - len(_ELLIPSIS)) + _ELLIPSIS


def description(text: str, limit: int, *, overdue: bool) -> str:
    """Описание не длиннее `limit`, обрезанное по границе абзаца, строки, предложения или слова."""
    note = f"{_PAST}\n\n" if overdue else ""
    whole = note + text.strip()
    if len(whole) <= limit:
        return whole
    room = limit - len(_CUT)
    return _cut(whole, room) + _CUT if room > 0 else whole[:limit]


def _cut(text: str, room: int) -> str:
    """Не длиннее `room`: по самой крупной границе во второй половине, иначе как придётся."""
    part = text[: room + 1]
    for border in _BORDERS:
        at = part.rfind(border, room // 2, room)
        if at > 0:
            return part[: at + (1 if border == ". " else 0)].rstrip()
    return text[:room]
