"""Параметры операции из заявки: по полям модели pydantic, все ошибки сразу."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import AliasChoices, BaseModel, ValidationError
from pydantic.fields import FieldInfo

from exchanger.connect.sources import Found, Sources, unwrap
from exchanger.domain.errors import Reject
from exchanger.domain.problems import problem
from exchanger.domain.task import Order

P = TypeVar("P", bound=BaseModel)

_LISTS = frozenset({list, tuple, set, frozenset})
_HOW = "задайте входной параметр элемента, свойство расширения или переменную процесса"


def bind(model: type[P], order: Order) -> P:
    """Параметры из заявки; `Reject` называет все негодные: где взято значение и каким оно должно быть.

    Имя поля ищется по псевдониму, затем по самому имени: входной параметр элемента (значение, вычисленное движком),
    свойство расширения, переменная процесса. Тексты из диаграммы приводятся к типу поля; список — JSON или через
    запятую.
    """
    sources = Sources(order)
    found: dict[str, Found] = {}
    for attribute, info in model.model_fields.items():
        names = names_of(attribute, info)
        value = sources.first(*names)
        if value is not None:
            found[names[0]] = Found(_fitted(unwrap(value.value), info.annotation), value.where, value.own)
    try:
        return model.model_validate({name: each.value for name, each in found.items()})
    except ValidationError as error:
        raise _rejected(error, found, order) from None


def names_of(attribute: str, info: FieldInfo) -> tuple[str, ...]:
    """Имена, под которыми ищут поле: псевдонимы, затем само имя; первое понимает и сама модель."""
    alias = info.validation_alias or info.alias
    if isinstance(alias, AliasChoices):
        aliases = [choice for choice in alias.choices if isinstance(choice, str)]
    else:
        aliases = [alias] if isinstance(alias, str) else []
    return tuple(dict.fromkeys((*aliases, attribute)))


def _rejected(error: ValidationError, found: dict[str, Found], order: Order) -> Reject:
    lines = []
    for detail in error.errors(include_url=False, include_input=False):
        name = str(detail["loc"][0]) if detail["loc"] else ""
        where = f" ({found[name].where})" if name in found else ""
        what = problem(detail)
        lines.append(f"«{name}»{where}: {what}" if name else what)
    element = order.metadata.activity_name or order.task.activity_id
    return Reject(
        f"Параметры элемента «{element}» негодны: {'; '.join(lines)}.", remedy=f"{_HOW} и повторите инцидент."
    )


def _fitted(value: object, annotation: Any) -> object:
    """The value in a form that pydantic understands for this type; what does not fit is left to its judgement."""
    wanted = _kinds(annotation)
    if str in wanted:
        return _text(value)
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in {"[", "{"}:
            return _parsed(text)
        return re.split(r"\s*[,;\n]\s*", text.strip(",; ")) if wanted & _LISTS else text
    if wanted & _LISTS and isinstance(value, int | float):
        return [value]
    return value


def _text(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float | Decimal) else value


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _kinds(annotation: Any) -> set[Any]:
    origin = get_origin(annotation)
    if origin in {Union, UnionType}:
        return {kind for each in get_args(annotation) for kind in _kinds(each)}
    if origin is not None and hasattr(annotation, "__metadata__"):
        return _kinds(get_args(annotation)[0])
    return {origin or annotation}
