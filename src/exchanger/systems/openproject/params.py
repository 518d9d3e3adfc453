"""Параметры задачи и вехи OpenProject: то, что задаёт диаграмма и процесс. Из этой модели — форма и документация."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from exchanger.connect.template import HIDDEN, YES_NO, Asked
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

    milestone: Annotated[bool, HIDDEN] = Field(default=False, description="Веха: тип — веха, один день вместо двух")
    subject: Annotated[Text, Asked(required=False)] = Field(
        min_length=1, max_length=10_000, title="Тема", description="Без неё — имя элемента диаграммы"
    )
    description: Annotated[Text, Asked(long=True)] = Field("", title="Описание", description="Markdown")
    project: Text = Field(
        "", title="Проект", description="Номер или идентификатор; без него — обычный проект установки"
    )
    type: Text = Field(
        "", title="Тип", description="Без него — обычный тип установки или проекта, у вехи — тип вехи проекта"
    )
    status: Text = Field("", description="Начальное состояние")
    priority: Text = Field("", description="Приоритет")
    assignee: Annotated[Text, Asked("taskAssignee")] = Field(
        "", title="Исполнитель", description="Номер, логин, почта или имя; без него — переменная assignee"
    )
    responsible: Annotated[Text, Asked("taskResponsible")] = Field(
        "", title="Ответственный", description="Номер, логин, почта или имя; без него — переменная responsible"
    )
    parent: Number = Field(None, description="Номер родительского пакета")
    start: Annotated[Day | None, Asked("startDate")] = Field(None, description="Начало")
    due: Annotated[Day | None, Asked("dueDate")] = Field(None, description="Окончание")
    on: Annotated[Day | None, Asked("date")] = Field(None, description="День вехи")
    duration: Days | None = Field(None, description="Длительность в днях")
    estimated: Annotated[Period | None, Asked("estimatedTime")] = Field(None, description="Трудоёмкость в часах")
    custom: Annotated[Values, Asked("customFields", long=True)] = Field(
        default_factory=dict, title="Пользовательские поля", description="JSON: имя → значение"
    )
    watchers: Texts = Field((), title="Наблюдатели", description="Через запятую")
    relations: Relations = Field((), title="Связи", description="Через запятую: follows:123, blocks:7")
    attachments: Texts = Field(
        (), title="Файлы процесса", description="Имена переменных File или Bytes через запятую: станут вложениями"
    )
    comment: Annotated[Text, Asked(long=True)] = Field("", description="Первый комментарий")
    notify: Annotated[Flag | None, Asked(choices=YES_NO)] = Field(
        None, title="Слать ли письма", description="Без него — по настройке"
    )
