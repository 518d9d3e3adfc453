"""Форма операции для Camunda Modeler: какие поля заполняет тот, кто рисует процесс. Делается из модели параметров."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from exchanger.connect.params import names_of


@dataclass(frozen=True, slots=True)
class Group:
    """Раздел формы."""

    id: str
    label: str


MAIN = Group("main", "Параметры")


class Place(Enum):
    """Куда Modeler пишет значение: входной параметр вычисляет движок, свойство расширения остаётся как есть."""

    INPUT = "camunda:inputParameter"
    PROPERTY = "camunda:property"


@dataclass(frozen=True, slots=True)
class Asked:
    """Пометка поля модели: `Annotated[тип, Asked(…)]`.

    `name` — имя значения в диаграмме, если не имя поля. Modeler пишет и пустые входные параметры, а движок делает из
    них пустые переменные задачи, которые закрывают переменные процесса; поэтому имя не должно быть именем переменной,
    из которой операция берёт то же самое. `required` None — как в модели. `choices` — значение → подпись.
    """

    name: str = ""
    group: Group = MAIN
    long: bool = False
    required: bool | None = None
    place: Place = Place.INPUT
    choices: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False


HIDDEN = Asked(hidden=True)
"""Поле не для формы: операция заполняет его сама."""

YES_NO: Mapping[str, str] = {"true": "да", "false": "нет"}


@dataclass(frozen=True, slots=True)
class Question:
    """Поле формы; `choices` непусты — выбор из списка."""

    name: str
    label: str
    about: str
    group: Group
    place: Place
    long: bool
    required: bool
    choices: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """Форма одной темы; `without` — поля модели, которых в ней нет."""

    system: str
    topic: str
    title: str
    about: str
    params: type[BaseModel]
    without: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """Имя шаблона навсегда: по нему Modeler узнаёт новую версию."""
        return f"exchanger.{self.system}.{self.topic}"

    def questions(self) -> Iterator[Question]:
        """Поля по порядку модели."""
        for attribute, info in self.params.model_fields.items():
            asked = next((each for each in info.metadata if isinstance(each, Asked)), Asked())
            if not asked.hidden and attribute not in self.without:
                yield _question(attribute, info, asked)


def _question(attribute: str, info: FieldInfo, asked: Asked) -> Question:
    label, about = info.title or info.description or attribute, info.description or ""
    choices = asked.choices or _choices(info.annotation)
    required = info.is_required() if asked.required is None else asked.required
    if choices and not required:
        choices = {"": _usual(info, choices), **choices}
    return Question(
        name=asked.name or names_of(attribute, info)[0],
        label=label,
        about="" if about == label else about,
        group=asked.group,
        place=asked.place,
        long=asked.long or _structured(info.annotation),
        required=required,
        choices=choices,
    )


def _usual(info: FieldInfo, choices: Mapping[str, str]) -> str:
    """What happens when nothing is chosen; a false flag by default is not told as «none»."""
    default = info.default
    if default is None or default is PydanticUndefined:
        return "не задано"
    text = str(default.value if isinstance(default, Enum) else default)
    return f"не задано ({choices.get(text.lower(), text)})"


def _choices(annotation: Any) -> Mapping[str, str]:
    for kind in _kinds(annotation):
        if kind is bool:
            return YES_NO
        if get_origin(kind) is Literal:
            return {str(value): str(value) for value in get_args(kind)}
        if isinstance(kind, type) and issubclass(kind, Enum):
            return {str(each.value): str(each.value) for each in kind}
    return {}


def _structured(annotation: Any) -> bool:
    """The value is a JSON object or a list of objects: it needs more than one line."""
    return any(_deep(kind) for kind in _kinds(annotation))


def _deep(kind: Any) -> bool:
    origin = get_origin(kind) or kind
    if origin in {list, tuple}:
        return any(isinstance(each, type) and issubclass(each, BaseModel) for each in get_args(kind))
    return origin is dict


def _kinds(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin in {Union, UnionType}:
        for each in get_args(annotation):
            yield from _kinds(each)
    elif origin is not None and hasattr(annotation, "__metadata__"):
        yield from _kinds(get_args(annotation)[0])
    else:
        yield annotation
