"""Параметры запроса: вложенность PHP, слияние запроса и тела, приведение типов."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Iterable

Params: TypeAlias = dict[str, Any]  # foreign JSON: whatever a client sends
_KEY = re.compile(r"\[([^\]]*)\]")


def parse_query(text: str) -> Params:
    """Строка запроса в духе parse_str: `a[b]=1&c[]=2`; `+` - пробел."""
    return nest(parse_qsl(text, keep_blank_values=True))


def nest(pairs: Iterable[tuple[str, Any]]) -> Params:
    """Складывает плоские пары в дерево; ключи 0..n-1 подряд становятся списком."""
    tree: Params = {}
    for key, value in pairs:
        _put(tree, key, value)
    return {key: _lists(value) for key, value in tree.items()}


def _put(tree: Params, key: str, value: Any) -> None:
    head, bracket, _ = key.partition("[")
    path = [re.sub(r"[. ]", "_", head)]  # PHP forbids dots and spaces in names of variables
    if bracket:
        path += _KEY.findall(key[len(head) :])
    node = tree
    for step in path[:-1]:
        child = node.get(name := step or _next(node))
        if not isinstance(child, dict):
            child = node[name] = {}
        node = child
    node[path[-1] or _next(node)] = value


def _next(node: Params) -> str:
    return str(max((int(key) for key in node if key.isdigit()), default=-1) + 1)


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(child) for key, child in value.items()}
    return list(inner.values()) if list(inner) == [str(n) for n in range(len(inner))] else inner


def parse_json(body: bytes) -> Params | None:
    """Тело JSON; список превращается в номера по порядку; None - не JSON."""
    try:
        value = json.loads(body)
    except ValueError:
        return None
    if isinstance(value, list):
        return {str(number): item for number, item in enumerate(value)}
    return value if isinstance(value, dict) else None


def merge(query: Params, body: Params) -> Params:
    """Запрос и тело вместе; тело важнее. Порядок ключей сохраняется: он значим у task.*item."""
    return {**query, **body}


def pick(params: Params, name: str) -> Any:
    """Параметр верхнего уровня без учёта регистра; None - не передан."""
    if name in params:
        return params[name]
    wanted = name.casefold()
    return next((value for key, value in params.items() if key.casefold() == wanted), None)


def as_list(value: Any) -> list[Any]:
    """Значение как список: список, значения словаря или один элемент; пустое - пустой список."""
    if value is None or value in ("", False):
        return []
    if isinstance(value, dict):
        return list(value.values())
    return list(value) if isinstance(value, list) else [value]


def as_map(value: Any) -> Params:
    """Значение как словарь; список (пустой объект PHP) - пустой словарь."""
    return value if isinstance(value, dict) else {}


def as_int(value: Any, default: int = 0) -> int:
    """Целое по правилам (int) PHP: ведущие цифры, иначе значение по умолчанию."""
    if isinstance(value, bool | int | float):
        return int(value)
    found = re.match(r"\s*[+-]?\d+", value) if isinstance(value, str) else None
    return int(found[0]) if found else default


def as_text(value: Any) -> str:
    """Строка, как её увидел бы PHP: true - `1`, false и null - пусто."""
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    return "Array" if isinstance(value, dict | list) else str(value)


def as_flag(value: Any) -> bool:
    """Признак `Y`/`N`; понимает также 1, true."""
    return as_text(value).strip().casefold() in {"y", "1", "true", "yes"}


def php(value: dict[str, Any]) -> Any:
    """Словарь, как его закодировал бы json_encode: пустой или с ключами 0..n-1 - список."""
    return list(value.values()) if list(value) == [str(n) for n in range(len(value))] else value
