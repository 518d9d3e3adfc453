"""Переменные из ответа."""

from __future__ import annotations

import json
from typing import cast

from exchanger.connect import Answer
from exchanger.domain.errors import Reject
from exchanger.domain.variables import JsonValue, PlainValue
from exchanger.systems.python.template import dig
from exchanger.systems.python.web.request import HttpCall

_LARGEST = 1_000_000


def variables_from(call: HttpCall, answer: Answer) -> dict[str, PlainValue]:
    """Код и выбранное из тела; `Reject` — запрос выполнен, но выбранного в ответе нет."""
    body = _body(answer)
    if call.result:
        found = {name: cast("JsonValue", _taken(body, path)) for name, path in call.result.items()}
        return {"http_status": answer.status, **found}
    if len(answer.body) > _LARGEST:
        raise Reject("Запрос выполнен, но ответ больше 1 МБ.", remedy="выберите нужное в параметре result.")
    return {"http_status": answer.status, "http_body": body}


def _body(answer: Answer) -> JsonValue:
    if "json" in answer.headers.get("Content-Type", ""):
        try:
            return cast("JsonValue", json.loads(answer.body or b"null"))
        except ValueError:
            pass  # a text then: the server's word about its type is not proof
    return answer.body.decode("utf-8", "replace")


def _taken(body: JsonValue, path: str) -> object:
    try:
        return dig(body, [step for step in path.split(".") if step], path)
    except Reject as error:
        raise Reject(f"Запрос выполнен. {error}") from None
