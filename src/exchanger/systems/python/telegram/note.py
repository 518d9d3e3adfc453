"""Параметры сообщения Telegram и его части."""

from __future__ import annotations

import html
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from exchanger.connect.template import Asked
from exchanger.domain.errors import Reject
from exchanger.domain.variables import Variables
from exchanger.systems.python.template import render

LONGEST = 4096
"""Предел сообщения, в единицах UTF-16."""


_FORMATS = {"text": "простой текст", "html": "разметка HTML"}


class Note(BaseModel):
    """Сообщение."""

    model_config = ConfigDict(frozen=True)

    chat: str | None = Field(
        None,
        validation_alias=AliasChoices("chat", "chat_id"),
        title="Чат",
        description="Номер или @имя; без него — TELEGRAM_CHAT_ID",
    )
    text: Annotated[str, Asked(long=True)] = Field(
        min_length=1, title="Текст", description="{{имя}} — переменная процесса"
    )
    format: Annotated[Literal["text", "html"], Asked(choices=_FORMATS)] = Field(
        "text",
        title="Вид текста",
        description="text — как есть; html — разметка Telegram, значения переменных экранируются",
    )
    silent: bool = Field(default=False, description="Без звука")


def parts_of(note: Note, variables: Variables) -> list[str]:
    """Тексты сообщений; `Reject` — разметка длиннее предела: её не разрезать."""
    if note.format == "text":
        return _split(render(note.text, variables))
    text = render(note.text, variables, html.escape)
    if _length(text) > LONGEST:
        raise Reject(
            f"Сообщение Telegram длиннее {LONGEST} знаков, а разметку нельзя разделить.",
            remedy="сократите текст или отправьте его с format=text.",
        )
    return [text]


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _split(text: str) -> list[str]:
    """Whole lines as long as they fit; a longer line is cut."""
    parts: list[str] = []
    current = ""
    for line in text.splitlines(keepends=True):
        for piece in _pieces(line):
            if current and _length(current) + _length(piece) > LONGEST:
                parts.append(current)
                current = ""
            current += piece
    parts = [part for part in (*parts, current) if part.strip()]
    if not parts:
        raise Reject("Текст сообщения Telegram пуст.")
    return parts


def _pieces(line: str) -> list[str]:
    # Half of the limit in characters is always within it in units of UTF-16.
    if _length(line) <= LONGEST:
        return [line]
    return [line[start : start + LONGEST // 2] for start in range(0, len(line), LONGEST // 2)]
