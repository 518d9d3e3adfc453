"""Параметры задачи и вехи OpenProject: то, что задаёт диаграмма и процесс. Из этой модели — форма и документация."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from exchanger.systems.openproject import readers

Text = Annotated[str, BeforeValidator(readers.text)]
Texts = Annotated[tuple[str, ...], BeforeValidator(readers.texts)]
Number = Annotated[int | None, BeforeValidator(readers.number)]
Day = Annotated[date, BeforeValidator(readers.day)]
Period = Annotated[str, BeforeValidator(readers.period)]
Days = Annotated[str, BeforeValidator(readers.days)]
Flag = Annotated[bool, BeforeValidator(readers.flag)]
Values = Annotated[dict[str, object], BeforeValidator(readers.pairs)]
Relations = Annotated[tuple[tuple[str, int, int], ...], BeforeValidator(readers.relations)]


class CreateTaskParams(BaseModel):
    """Параметры пакета. Человек — номер, логин, почта или имя; тип, приоритет, состояние — имя или номер."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    milestone: bool = Field(default=False, description="Веха: тип — веха, один день вместо двух")
    subject: Text = Field(min_length=1, max_length=10_000, description="Тема; без неё — имя элемента диаграммы")
    description: Text = Field("", description="Описание (Markdown)")
    project: Text = Field("", description="Проект: номер или идентификатор; без него — обычный проект установки")
    type: Text = Field("", description="Тип; без него — обычный тип установки или проекта, у вехи — тип вехи проекта")
    status: Text = Field("", description="Начальное состояние")
    priority: Text = Field("", description="Приоритет")
    assignee: Text = Field("", description="Исполнитель")
    responsible: Text = Field("", description="Ответственный")
    parent: Number = Field(None, description="Номер родительского пакета")
    start: Day | None = Field(None, description="Начало")
    due: Day | None = Field(None, description="Окончание")
    on: Day | None = Field(None, description="День вехи")
    duration: Days | None = Field(None, description="Длительность в днях")
    estimated: Period | None = Field(None, description="Трудоёмкость в часах")
    custom: Values = Field(default_factory=dict, description="Пользовательские поля: имя → значение")
    watchers: Texts = Field((), description="Наблюдатели")
    relations: Relations = Field((), description="Связи вида follows:123")
    comment: Text = Field("", description="Первый комментарий")
    notify: Flag | None = Field(None, description="Слать ли письма; без него — по настройке")
