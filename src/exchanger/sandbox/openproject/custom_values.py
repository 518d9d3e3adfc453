"""Значения пользовательских полей из запроса."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from exchanger.sandbox.openproject import render
from exchanger.sandbox.openproject.errors import ApiError, invalid, malformed
from exchanger.sandbox.openproject.hrefs import number
from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.model import LINKED, CustomField, Format, Project

_SPACES = {
    Format.LIST: ("custom_options",),
    Format.USER: ("users", "groups", "placeholder_users"),
    Format.VERSION: ("versions",),
    Format.HIERARCHY: ("custom_field_items",),
}
_KINDS: Mapping[Format, tuple[type, ...]] = {
    Format.STRING: (str,),
    Format.LINK: (str,),
    Format.INT: (int,),
    Format.FLOAT: (int, float),
    Format.BOOL: (bool,),
}


def read_custom(instance: Instance, project: Project, field: CustomField, body: Mapping[str, Any]) -> Any:
    """Новое значение; поля в теле нет — KeyError. У ссылочных полей значения ищутся в `_links`."""
    if field.format in LINKED:
        return _linked(instance, project, field, body.get("_links", {})[field.attribute])
    value = body[field.attribute]
    if value is None:
        return None
    if field.format is Format.TEXT:
        return value.get("raw") if isinstance(value, dict) else _refuse(field, "an object with raw")
    if field.format is Format.DATE:
        return _date(field, value)
    if not isinstance(value, _KINDS[field.format]) or (isinstance(value, bool) and field.format is not Format.BOOL):
        _refuse(field, field.format.value)
    return value


def missing(field: CustomField, value: object) -> ApiError | None:
    """Обязательное поле не заполнено."""
    if field.required and value in (None, "", []):
        return invalid(field.attribute, f"{field.name} can't be blank.")
    return None


def _linked(instance: Instance, project: Project, field: CustomField, raw: Any) -> Any:
    links = raw if isinstance(raw, list) else [raw]
    known = {each.id for each in render.options_of(instance, project, field)}
    numbers = [found for each in links if (found := number(each, field.attribute, *_SPACES[field.format])) is not None]
    if set(numbers) - known:
        raise invalid(field.attribute, f"{field.name} is not set to one of the allowed values.")
    if field.multi:
        return numbers
    return numbers[0] if numbers else None


def _date(field: CustomField, value: object) -> str:
    try:
        return date.fromisoformat(str(value)).isoformat()
    except ValueError:
        raise malformed(field.attribute, "ISO 8601 date") from None


def _refuse(field: CustomField, expected: str) -> None:
    raise malformed(field.attribute, expected)
