"""Тело сообщения: байты ↔ объект JSON, с пределами, за которыми сообщение не бывает настоящим."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import cast

from exchanger.domain.errors import DeadLetter, Reject
from exchanger.domain.variables import JsonValue

MAX_BODY = 16 * 1024 * 1024
"""Байтов в теле: больше не примет RabbitMQ 4 (`max_message_size`)."""

MAX_DEPTH = 100
"""Вложенность JSON: глубже — не сообщение, а попытка исчерпать стек."""

JsonObject = Mapping[str, JsonValue]


def parse(body: bytes) -> dict[str, JsonValue]:
    """Прочитать объект JSON; `DeadLetter("json_parse_error")` — это не он, слишком велик или слишком глубок."""
    if len(body) > MAX_BODY:
        raise DeadLetter("json_parse_error", f"Тело сообщения {len(body)} байт больше предела {MAX_BODY}.")
    try:
        value: JsonValue = json.loads(body.decode("utf-8-sig"), parse_float=_finite, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise DeadLetter("json_parse_error", f"Тело сообщения — не JSON: {_cause(error)}.") from error
    if not isinstance(value, dict):
        raise DeadLetter("json_parse_error", "Тело сообщения — не объект JSON.")
    if _deeper_than(value, MAX_DEPTH):
        raise DeadLetter("json_parse_error", f"Вложенность JSON больше предела {MAX_DEPTH}.")
    return value


def write(value: Mapping[str, object]) -> bytes:
    """Записать объект JSON, какой бы величины он ни был."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:  # a lone surrogate lives in JSON only as an escape
        return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def dump(value: Mapping[str, object]) -> bytes:
    """Записать тело сообщения; `Reject` — оно больше, чем принимает брокер."""
    body = write(value)
    if len(body) > MAX_BODY:
        raise Reject(
            f"Сообщение {len(body)} байт больше предела брокера {MAX_BODY}.",
            remedy="уменьшите переменные процесса: файлы и большие тексты храните вне движка.",
        )
    return body


def object_at(value: object, *path: str) -> JsonObject:
    """Вложенный объект по именам; нет или не объект — пустой."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return cast("JsonObject", value) if isinstance(value, Mapping) else {}


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("число вне диапазона")
    return number


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} не бывает в JSON")


def _cause(error: Exception) -> str:
    """Причина без самого тела: в нём персональные данные."""
    match error:
        case json.JSONDecodeError():
            return f"{error.msg}, строка {error.lineno}, знак {error.colno}"
        case UnicodeDecodeError():
            return f"не UTF-8, байт {error.start}"
        case RecursionError():
            return "слишком глубокая вложенность"
    return "число не прочитать"


def _deeper_than(value: JsonValue, limit: int) -> bool:
    level: list[JsonValue] = [value]
    for _ in range(limit):
        level = [item for node in level for item in _children(node)]
        if not level:
            return False
    return True


def _children(node: JsonValue) -> list[JsonValue]:
    items = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return [item for item in items if isinstance(item, dict | list)]
