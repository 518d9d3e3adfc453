"""Ошибки проверки значений словами для человека."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_BY_TYPE = {
    "missing": "не задано",
    "int_parsing": "нужно целое число",
    "int_from_float": "нужно целое число",
    "int_type": "нужно целое число",
    "float_parsing": "нужно число",
    "float_type": "нужно число",
    "finite_number": "нужно конечное число",
    "bool_parsing": "нужно true или false",
    "bool_type": "нужно true или false",
    "string_type": "нужен текст",
    "list_type": "нужен список",
    "tuple_type": "нужен список",
    "dict_type": "нужны пары «имя — значение» (объект JSON)",
    "datetime_parsing": "нужна дата вида 2026-01-31T12:00:00+03:00",
    "datetime_from_date_parsing": "нужна дата вида 2026-01-31T12:00:00+03:00",
    "url_parsing": "нужен адрес вида https://узел/путь",
    "url_scheme": "нужен адрес http:// или https://",
    "literal_error": "допустимо: {expected}",
    "enum": "допустимо: {expected}",
    "greater_than": "должно быть больше {gt}",
    "greater_than_equal": "должно быть не меньше {ge}",
    "less_than": "должно быть меньше {lt}",
    "less_than_equal": "должно быть не больше {le}",
    "too_short": "нужно хотя бы одно значение",
    "string_too_short": "значение пустое",
    "string_too_long": "длиннее {max_length} знаков",
    "string_pattern_mismatch": "не подходит под образец {pattern}",
    "value_error": "{error}",
}


def problem(error: Mapping[str, Any]) -> str:
    """Текст ошибки pydantic (`ValidationError.errors()`) по-русски; неизвестный вид — словами pydantic."""
    template = _BY_TYPE.get(error["type"])
    if template is None:
        return str(error["msg"])
    context = {key: str(value).replace(" or ", " или ") for key, value in error.get("ctx", {}).items()}
    return template.format(**context)
