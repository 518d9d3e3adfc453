"""Параметры задачи 1С: то, что задаёт диаграмма и процесс."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from exchanger.systems.onec.moments import read_moment
from exchanger.systems.onec.refs import is_ref

Moment = Annotated[datetime, BeforeValidator(read_moment)]


class CreateTaskParams(BaseModel):
    """Параметры задачи исполнителя. Человек — полное имя, как в 1С, или ссылка (GUID)."""

    model_config = ConfigDict(frozen=True)

    subject: str = Field(
        "",
        max_length=250,
        validation_alias=AliasChoices("subject", "title"),
        description="Наименование; без него — имя элемента диаграммы",
    )
    description: str = Field("", description="Описание")
    assignee: str = Field("", description="Исполнитель; без него — обычный исполнитель установки")
    author: str = Field("", validation_alias=AliasChoices("taskAuthor", "author"), description="Автор")
    deadline: Moment | None = Field(
        None, validation_alias=AliasChoices("deadline", "dueDate"), description="Срок исполнения"
    )
    importance: Literal["Низкая", "Обычная", "Высокая", ""] = Field("", description="Важность")
    about: str = Field("", validation_alias=AliasChoices("aboutRef", "about"), description="Предмет: ссылка (GUID)")
    about_set: str = Field("", validation_alias=AliasChoices("aboutSet"), description="Набор предмета, Document_…")
    fields: dict[str, object] = Field(
        default_factory=dict,
        validation_alias=AliasChoices("taskFields"),
        description="Другие реквизиты: имя → значение",
    )

    @model_validator(mode="after")
    def _whole_about(self) -> CreateTaskParams:
        if bool(self.about) != bool(self.about_set) or (self.about and not is_ref(self.about)):
            raise ValueError("предмет задают вместе: aboutRef — GUID и aboutSet — имя набора")
        return self
