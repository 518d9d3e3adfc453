"""Слова процесса в задаче. Комментариев у задач 1С нет: строка с отметкой дописывается в «Описание», выше ключа."""

from __future__ import annotations

import re
from types import MappingProxyType

from exchanger.connect import Notice

FIELD = "Описание"
_TAIL = re.compile(r"\s*(\[exch:[^\[\]\s]+\])\s*$")
_TEXTS = MappingProxyType(
    {
        Notice.CANCELLED: "Процесс больше не ждёт эту задачу: его отменили или он пошёл другим путём.",
        Notice.REOPENED: "Процесс уже получил результат этой задачи и ушёл дальше: новый результат в него не попадёт.",
        Notice.TWIN: "У этого шага процесса уже есть другая задача. Эта — лишняя, её результат не понадобится.",
        Notice.UNPROVED: "Процесс этой задачи не найден в движке. Уточните у администратора, нужна ли она ещё.",
    }
)


def noted(text: str, notice: Notice) -> str | None:
    """Описание с этими словами; None — они там уже есть."""
    mark = f"[Exchanger: {notice.value}]"
    return None if mark in text else added(text, f"{_TEXTS[notice]} {mark}")


def added(text: str, words: str) -> str:
    """Дописать слова, не сдвинув отметку ключа с конца."""
    tail = _TAIL.search(text)
    body = text[: tail.start()] if tail is not None else text.rstrip()
    return "\n\n".join(part for part in (body, words, tail[1] if tail is not None else "") if part)
