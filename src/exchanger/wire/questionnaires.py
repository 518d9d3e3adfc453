"""Анкеты ответа → плоские переменные `{элемент}_{анкета}_{вопрос}`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from exchanger.domain.typed import typed
from exchanger.domain.variables import JsonValue, Variable
from exchanger.wire.json_body import JsonObject

_TRUE = frozenset({"true", "1", "y", "yes", "да"})


def questionnaire_variables(block: JsonObject, activity_id: str) -> dict[str, Variable]:
    """Переменные анкет; анкеты и вопросы без кода имени не имеют и не передаются."""
    return {
        f"{activity_id}_{questionnaire}_{question['CODE']}": answer_variable(question)
        for questionnaire, question in _coded(block)
    }


def has_answers(block: JsonObject) -> bool:
    """Есть ли что передавать."""
    return next(_coded(block), None) is not None


def answer_variable(question: JsonObject) -> Variable:
    """Ответ с типом вопроса.

    boolean: пусто — false (намеренно: на null шлюзы ломаются); integer: целое, а не целое — текст; остальные — текст;
    пусто у них — Null.
    """
    answer, kind = question.get("answer"), str(question.get("TYPE", "string")).lower()
    if kind == "boolean":
        return typed(str(answer).strip().lower() in _TRUE)
    if answer is None:
        return typed(None)
    if kind == "integer":
        return typed(_whole(answer))
    return typed(answer if isinstance(answer, list | dict) else _text(answer))


def _coded(block: JsonObject) -> Iterator[tuple[str, Mapping[str, JsonValue]]]:
    for item in _objects(block.get("items")):
        for question in _objects(item.get("questions")):
            if item.get("CODE") and question.get("CODE"):
                yield str(item["CODE"]), question


def _objects(value: JsonValue) -> list[dict[str, JsonValue]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _whole(answer: JsonValue) -> JsonValue:
    if isinstance(answer, bool | list | dict):
        return answer if isinstance(answer, list | dict) else _text(answer)
    try:
        return int(str(answer).strip())
    except ValueError:
        return _text(answer)


def _text(answer: JsonValue) -> str:
    return str(answer).lower() if isinstance(answer, bool) else str(answer)
