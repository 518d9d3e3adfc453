"""Каким параметрам нужно содержимое переменной File: движок при выборке отдаёт только её имя и тип."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel


class _Content:
    """Пометка поля."""


CONTENT = _Content()
"""Пометка поля модели параметров: `Annotated[str, CONTENT]` — имя переменной, содержимое которой понадобится.

К вызову функции содержимое уже лежит в `order.variables` байтами; поле во вложенной модели или списке годится тоже.
"""


def variables_of_content(params: BaseModel) -> list[str]:
    """Имена переменных из помеченных полей, каждое один раз."""
    return list(dict.fromkeys(_named(params)))


def _named(params: BaseModel) -> Iterator[str]:
    for attribute, info in type(params).model_fields.items():
        value = getattr(params, attribute)
        if CONTENT in info.metadata and isinstance(value, str) and value:
            yield value
        yield from _inside(value)


def _inside(value: Any) -> Iterator[str]:
    if isinstance(value, BaseModel):
        yield from _named(value)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _inside(each)
