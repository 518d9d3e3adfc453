"""Подстановка переменных процесса: `{{имя}}`, `{{имя.поле.0}}`; тайн — `{{secret:имя}}`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import cast

from exchanger.domain.errors import Reject
from exchanger.domain.variables import Variables

_PLACE = re.compile(r"\{\{\s*(secret:)?([^{}]+?)\s*\}\}")


def plain(text: str) -> str:
    """Без преобразования."""
    return text


def render(
    template: str,
    variables: Variables,
    escape: Callable[[str], str] = plain,
    secrets: Mapping[str, str] | None = None,
) -> str:
    """Заполнить шаблон; `escape` делает значение безвредным там, куда оно встанет. `Reject` — чего-то нет."""

    def value(place: re.Match[str]) -> str:
        secret, name = place.groups()
        if not secret:
            return escape(_text(lookup(variables, name)))
        if secrets is None or name not in secrets:
            raise Reject(f"Тайны «{name}» в настройках нет.", remedy="добавьте её в EXCHANGER_HTTP_SECRETS.")
        return escape(secrets[name])

    return _PLACE.sub(value, template)


def lookup(variables: Variables, path: str) -> object:
    """Значение переменной или её поля по пути через точку; `Reject` — такого нет."""
    name, *steps = path.split(".")
    if path in variables:
        return variables[path].value
    if name not in variables:
        raise Reject(f"Переменной «{name}» в процессе нет.")
    return dig(variables[name].value, steps, path)


def dig(value: object, steps: list[str], path: str) -> object:
    """Поле вложенного JSON; `Reject` — такого нет."""
    for step in steps:
        if isinstance(value, Mapping) and step in value:
            value = cast("Mapping[str, object]", value)[step]
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            raise Reject(f"В значении нет «{path}»: не найдено «{step}».")
    return value


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
