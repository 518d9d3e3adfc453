"""Анкеты, которые показываются в описании задачи."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from exchanger.systems.bitrix24.foreign import Row, as_int, as_map, as_rows, as_text


@dataclass(frozen=True, slots=True)
class Question:
    """Вопрос анкеты; `iblock` — список, из которого выбирают ответ."""

    code: str
    name: str
    type: str
    iblock: int | None = None


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """Анкета."""

    code: str
    title: str
    questions: tuple[Question, ...]


def read_questionnaires(raw: object) -> tuple[Questionnaire, ...]:
    """Анкеты из `{items, total}` модуля, вопросы по SORT."""
    return tuple(_questionnaire(row) for row in _sorted(as_map(raw).get("items")))


def _questionnaire(row: Row) -> Questionnaire:
    questions = tuple(_question(each) for each in _sorted(row.get("questions")))
    return Questionnaire(as_text(row.get("CODE")), as_text(row.get("TITLE")).strip(), questions)


def _question(row: Row) -> Question:
    iblock = as_int(_options(row.get("ENUM_OPTIONS")).get("iblock_id")) or as_int(row.get("_iblockId"))
    name = as_text(row.get("NAME")).strip()
    return Question(as_text(row.get("CODE")), name, as_text(row.get("TYPE")).strip().lower() or "string", iblock)


def _options(raw: object) -> Mapping[str, object]:
    """Настройки вопроса: объект или он же текстом JSON."""
    if isinstance(raw, str) and raw.startswith("{"):
        try:
            raw = json.loads(raw)
        except ValueError:
            return {}
    return as_map(raw)


def _sorted(raw: object) -> list[Row]:
    return sorted(as_rows(raw), key=lambda row: as_int(row.get("SORT")) or 0)
