"""Параметры задачи Битрикс24: то, что задаёт диаграмма и процесс. Из этой же модели делаются форма и документация."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from exchanger.systems.bitrix24 import readers
from exchanger.systems.bitrix24.content.checklist import CheckItem, read_checklists
from exchanger.systems.bitrix24.moments import read_moment
from exchanger.systems.bitrix24.readers import flag, people, person, portal_id, priority, texts

Person = Annotated[str, BeforeValidator(person)]
People = Annotated[tuple[str, ...], BeforeValidator(people)]
PortalId = Annotated[int | None, BeforeValidator(portal_id)]
Flag = Annotated[bool, BeforeValidator(flag)]
LooseFlag = Annotated[bool, BeforeValidator(readers.loose_flag)]
Priority = Annotated[int, BeforeValidator(priority)]
Numbers = Annotated[tuple[int, ...], BeforeValidator(readers.numbers)]
CheckLists = Annotated[tuple[CheckItem, ...], BeforeValidator(read_checklists)]
Texts = Annotated[tuple[str, ...], BeforeValidator(texts)]
Moment = Annotated[datetime, BeforeValidator(read_moment)]
Text = Annotated[str, BeforeValidator(lambda value: str(readers.unwrap(value) or ""))]


class CreateTaskParams(BaseModel):
    """Параметры задачи. Сотрудник — номер портала или адрес почты."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text = Field(min_length=1, description="Название задачи; без него — имя элемента диаграммы")
    description: Text = Field("", description="Описание; без него — название")
    responsible: Person | None = Field(None, description="Исполнитель: номер или почта")
    assignee: Person | None = Field(
        None, description="assigneeId диаграммы: годится, если это номер сотрудника портала"
    )
    initiator: Person | None = Field(None, description="Кто запустил процесс (переменная startedBy)")
    creator: Person | None = Field(None, description="Постановщик; без него — кто запустил процесс")
    deadline: Moment | None = Field(None, description="Крайний срок из диаграммы")
    process_deadline: Moment | None = Field(None, description="Крайний срок из переменной процесса; берётся ранний")
    priority: Priority | None = Field(None, description="Важность: 0, 1 или 2")
    group_id: PortalId = Field(None, description="Номер группы или проекта")
    parent_task_id: PortalId = Field(None, description="Номер родительской задачи")
    auditors: People = Field((), description="Наблюдатели; без них — владелец диаграммы (diagramOwner)")
    accomplices: People = Field((), description="Соисполнители")
    tags: Texts = Field((), description="Метки")
    control: Flag = Field(default=False, description="Постановщик принимает работу")
    result_required: Flag = Field(default=True, description="Без результата задачу не закрыть")
    result_expected: LooseFlag | None = Field(None, description="Исполнитель отвечает ДА или НЕТ")
    result_question: Text = Field("", description="Вопрос исполнителю")
    template_id: PortalId = Field(None, description="Номер шаблона задачи (templateId)")
    stage_id: PortalId = Field(None, description="Номер стадии")
    flow_id: PortalId = Field(None, description="Номер потока")
    crm: Texts = Field((), description="Привязки к CRM: D_10, L_4, C_7, CO_5")
    files: Numbers = Field((), description="Номера файлов Диска, которые вложить в задачу")
    checklists: CheckLists = Field((), description="Чек-листы, если их нет в шаблоне")
    predecessors: Texts = Field((), description="Элементы-предшественники: их результаты и связь с их задачами")
    given: frozenset[str] = Field(frozenset(), description="Что задал сам элемент: это сильнее шаблона")
    process_key: str = Field("", description="Ключ процесса")
    variables: dict[str, object] = Field(default_factory=dict, repr=False, description="Переменные процесса")
    element_id: str = Field(description="Элемент диаграммы")
    process_instance_id: str = Field(description="Экземпляр процесса")
