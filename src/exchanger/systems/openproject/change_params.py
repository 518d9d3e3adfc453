"""Параметры правки пакета. Имена начинаются с task: прочие переменные процесса правкой не станут."""

from __future__ import annotations

from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from exchanger.connect.template import YES_NO, Asked
from exchanger.systems.openproject.params import Day, Days, Flag, Number, Period, Text, Values


class ChangedTask(BaseModel):
    """Правка пакета: незаданное не меняется. Проект и тип не меняют: вместе с ними могло бы пропасть поле ключа."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel)

    task_id: int = Field(
        gt=0, validation_alias=AliasChoices("taskId", "op_task_id"), title="Пакет", description="Номер пакета"
    )
    task_subject: Text = Field("", max_length=255, title="Тема")
    task_description: Annotated[Text, Asked(long=True)] = Field("", title="Описание", description="Markdown")
    task_status: Text = Field("", title="Состояние", description="Имя или номер")
    task_priority: Text = Field("", title="Приоритет", description="Имя или номер")
    task_assignee: Text = Field("", title="Исполнитель", description="Номер, логин, почта или имя")
    task_responsible: Text = Field("", title="Ответственный", description="Номер, логин, почта или имя")
    task_parent: Number = Field(None, title="Родитель", description="Номер родительского пакета")
    task_start: Day | None = Field(None, title="Начало")
    task_due: Day | None = Field(None, title="Окончание", description="У вехи — её день")
    task_duration: Days | None = Field(None, title="Длительность в днях")
    task_estimated: Period | None = Field(None, title="Трудоёмкость в часах")
    task_custom: Annotated[Values, Asked(long=True)] = Field(
        default_factory=dict, title="Пользовательские поля", description="JSON: имя → значение"
    )
    task_comment: Annotated[Text, Asked(long=True)] = Field("", title="Комментарий", description="Один на задачу")
    task_notify: Annotated[Flag | None, Asked(choices=YES_NO)] = Field(
        None, title="Слать ли письма", description="Без него — по настройке"
    )
