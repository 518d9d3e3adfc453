"""Ошибки настройки: все сразу, каждая с именем, значением без тайны и тем, что делать."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from exchanger.domain.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Fault:
    """Одна ошибка настройки; `value` уже без тайны."""

    name: str
    value: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        shown = f"{self.name}={self.value}" if self.value else self.name
        return f"{shown}: {self.problem}" + (f" → {self.remedy}" if self.remedy else "")


class SettingsError(ConfigError):
    """Настройки негодны; `faults` — все найденные ошибки."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"Ошибки настройки ({len(self.faults)}):\n{lines}")


_BY_TYPE = {
    "missing": "не задано",
    "int_parsing": "нужно целое число",
    "int_from_float": "нужно целое число",
    "float_parsing": "нужно число",
    "finite_number": "нужно конечное число",
    "bool_parsing": "нужно true или false",
    "url_parsing": "нужен адрес вида https://узел/путь",
    "url_scheme": "нужен адрес http:// или https://",
    "literal_error": "допустимо: {expected}",
    "greater_than": "должно быть больше {gt}",
    "greater_than_equal": "должно быть не меньше {ge}",
    "less_than": "должно быть меньше {lt}",
    "less_than_equal": "должно быть не больше {le}",
    "too_short": "нужно хотя бы одно значение",
    "string_too_short": "значение пустое",
    "string_pattern_mismatch": "не подходит под образец {pattern}",
    "value_error": "{error}",
}


def problem(error: Mapping[str, Any]) -> str:
    """Текст ошибки pydantic по-русски; неизвестный вид — словами pydantic."""
    template = _BY_TYPE.get(error["type"])
    if template is None:
        return str(error["msg"])
    context = {key: str(value).replace(" or ", " или ") for key, value in error.get("ctx", {}).items()}
    return template.format(**context)
