"""Что значат подписи на выходах шлюза: «да», «нет» или один из вариантов."""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

_LEAD = re.compile(r"^[\W_]*(?P<word>да|нет|yes|no)\b(?P<rest>.*)$")
_APART = re.compile(r"^\s*($|[^\w\s])")
_AFFIRMATIVE = frozenset({"да", "yes"})


class Answer(Enum):
    """Ответ, распознанный в подписи; значение — то, что пишет в переменную отвечающий."""

    YES = "ok"
    NO = "no"


def plain(text: str) -> str:
    """Подпись одной строкой: без краёв, переводов строк, неразрывных пробелов и невидимых знаков."""
    visible = "".join(
        " " if unicodedata.category(char) == "Cf" else char for char in unicodedata.normalize("NFKC", text)
    )
    return " ".join(visible.split())


def read(text: str) -> Answer | None:
    """«Да», «ДА!», «нет.», «Нет, на доработку», «да (согласовано)»; добавление отделено знаком препинания."""
    found = _LEAD.match(plain(text).casefold())
    return _answer(found["word"]) if found and _APART.match(found["rest"]) else None


def read_loosely(text: str) -> Answer | None:
    """То же, но добавление может идти через пробел: «нет замечаний», «да согласен»."""
    found = _LEAD.match(plain(text).casefold())
    return _answer(found["word"]) if found else None


def _answer(word: str) -> Answer:
    return Answer.YES if word in _AFFIRMATIVE else Answer.NO


def read_all(labels: list[str]) -> list[Answer | None]:
    """Ответы выходов одного шлюза.

    Вольное чтение («нет замечаний») и дополнение («да» и пустая подпись) — только когда выходов два и толкуются они
    однозначно: «есть замечания» и «нет замечаний» — варианты, а не да и нет.
    """
    strict = [read(text) for text in labels]
    if len(labels) != 2:  # noqa: PLR2004  # a question of yes and no has two ways out
        return strict
    loose = [found or read_loosely(text) for found, text in zip(strict, labels, strict=True)]
    if {*loose} == {Answer.YES, Answer.NO} and any(strict):
        return loose
    if None in strict and any(strict):
        known = strict[0] or strict[1]
        return [found or (Answer.NO if known is Answer.YES else Answer.YES) for found in strict]
    return strict
