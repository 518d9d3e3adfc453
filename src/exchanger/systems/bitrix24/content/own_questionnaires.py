"""Анкеты, которые задаче даёт сам элемент: JSON диаграммы → записи модуля imena.camunda."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from exchanger.systems.bitrix24.foreign import Row, as_flag, as_map, as_rows, as_text
from exchanger.systems.bitrix24.readers import unwrap

_TYPES = frozenset({"string", "integer", "boolean", "date", "enum", "user", "universal_list"})
_CODE = re.compile(r"\w{1,64}")
_MOST = 100
_SHAPE = 'нужен список JSON: [{"code": "…", "title": "…", "questions": [{"code": "…", "name": "…", "type": "string"}]}]'


def read_questionnaires_of_element(value: object) -> tuple[Row, ...]:
    """Анкеты с вопросами; `ValueError` говорит, что не так. Коды становятся именами переменных процесса."""
    value = unwrap(value)
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            raise ValueError(_SHAPE) from None
    given = [] if value is None else value
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise ValueError(_SHAPE)
    found = tuple(_questionnaire(each, (place + 1) * 10) for place, each in enumerate(given))
    _all_different("анкет", [as_text(each["CODE"]) for each in found])
    return found


def _questionnaire(raw: Row, place: int) -> Row:
    row = _lower(raw)
    questions = [_question(each, (number + 1) * 10) for number, each in enumerate(as_rows(row.get("questions")))]
    if not 0 < len(questions) <= _MOST:
        raise ValueError(f"в анкете нужны вопросы (questions), не больше {_MOST}")
    _all_different("вопросов одной анкеты", [as_text(each["CODE"]) for each in questions])
    return {"CODE": _code(row), "TITLE": _said(row, "title"), "SORT": place, "questions": questions}


def _question(raw: Row, place: int) -> Row:
    row = _lower(raw)
    kind = as_text(row.get("type")).strip().lower() or "string"
    if kind not in _TYPES:
        raise ValueError(f"вид вопроса (type) — один из {', '.join(sorted(_TYPES))}")
    options = row.get("options")
    return {
        "CODE": _code(row),
        "NAME": _said(row, "name"),
        "TYPE": kind,
        "IS_REQUIRED": "Y" if as_flag(row.get("required")) else "N",
        "SORT": place,
        "ENUM_OPTIONS": options if isinstance(options, list | dict) else [],
    }


def _lower(raw: Row) -> Row:
    return {name.lower(): value for name, value in as_map(raw).items()}


def _code(row: Row) -> str:
    code = as_text(row.get("code")).strip()
    if not _CODE.fullmatch(code):
        raise ValueError("код (code) анкеты и вопроса — буквы, цифры и подчёркивание")
    return code


def _said(row: Row, name: str) -> str:
    text = as_text(row.get(name)).strip()
    if not text:
        raise ValueError(f"в анкете не назван {name}")
    return text


def _all_different(what: str, codes: list[str]) -> None:
    if len(set(codes)) < len(codes):
        raise ValueError(f"коды {what} повторяются")


def together(template: tuple[Row, ...], own: tuple[Row, ...]) -> Iterator[Row]:
    """Анкеты шаблона и элемента; из одинаковых по коду — анкета элемента."""
    codes = {as_text(each["CODE"]) for each in own}
    yield from (each for each in template if as_text(each.get("CODE")) not in codes)
    yield from own
