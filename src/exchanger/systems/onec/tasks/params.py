"""Параметры задачи 1С: то, что задаёт диаграмма и процесс."""

from __future__ import annotations

from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from exchanger.connect.template import Asked, Place
from exchanger.systems.onec.moments import read_moment
from exchanger.systems.onec.refs import is_ref

Moment = Annotated[datetime, BeforeValidator(read_moment)]
_WEIGHTS = MappingProxyType({each: each for each in ("Низкая", "Обычная", "Высокая")})


class CreateTaskParams(BaseModel):
    """Параметры задачи исполнителя. Человек — полное имя, как в 1С, или ссылка (GUID)."""

    model_config = ConfigDict(frozen=True)

    subject: Annotated[str, Asked("taskSubject")] = Field(
        "",
        max_length=250,
        validation_alias=AliasChoices("subject", "title", "taskSubject"),
        title="Наименование",
        description="Без него — имя элемента диаграммы",
    )
    description: Annotated[str, Asked("taskDescription", long=True)] = Field(
        "", validation_alias=AliasChoices("description", "taskDescription"), title="Описание"
    )
    assignee: Annotated[str, Asked("taskAssignee")] = Field(
        "",
        validation_alias=AliasChoices("assignee", "taskAssignee"),
        title="Исполнитель",
        description="Полное имя в 1С или ссылка (GUID); без него — обычный исполнитель установки",
    )
    author: str = Field(
        "",
        validation_alias=AliasChoices("taskAuthor", "author"),
        title="Автор",
        description="Полное имя в 1С или ссылка (GUID)",
    )
    deadline: Annotated[Moment | None, Asked("taskDeadline")] = Field(
        None,
        validation_alias=AliasChoices("deadline", "dueDate", "taskDeadline"),
        title="Срок исполнения",
        description="Дата; без пояса — время базы",
    )
    importance: Annotated[Literal["Низкая", "Обычная", "Высокая", ""], Asked("taskImportance", choices=_WEIGHTS)] = (
        Field("", validation_alias=AliasChoices("importance", "taskImportance"), title="Важность")
    )
    about: Annotated[str, Asked("taskAboutRef")] = Field(
        "",
        validation_alias=AliasChoices("aboutRef", "about", "taskAboutRef"),
        title="Предмет: ссылка",
        description="GUID, например ${onec_document_ref}",
    )
    about_set: Annotated[str, Asked("taskAboutSet")] = Field(
        "",
        validation_alias=AliasChoices("aboutSet", "taskAboutSet"),
        title="Предмет: набор",
        description="Например Document_ЗаказПокупателя",
    )
    fields: dict[str, object] = Field(
        default_factory=dict,
        validation_alias=AliasChoices("taskFields"),
        title="Другие реквизиты",
        description="JSON: имя, как в OData, → значение",
    )
    results: Annotated[str, Asked(place=Place.PROPERTY)] = Field(
        "",
        validation_alias=AliasChoices("resultFields"),
        title="Что вернуть в процесс",
        description="переменная=Реквизит через запятую; «?» в конце — можно не заполнять",
    )
    """Читается, когда задача выполнена (`verdicts.wanted_of`); здесь — чтобы быть в форме."""

    @model_validator(mode="after")
    def _whole_about(self) -> CreateTaskParams:
        if bool(self.about) != bool(self.about_set) or (self.about and not is_ref(self.about)):
            raise ValueError("предмет задают вместе: aboutRef — GUID и aboutSet — имя набора")
        return self
