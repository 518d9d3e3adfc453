"""Параметры задачи Битрикс24: то, что задаёт диаграмма и процесс. Из этой же модели делаются форма и документация."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from exchanger.connect.template import HIDDEN, YES_NO, Asked, Group, Place
from exchanger.systems.bitrix24 import readers
from exchanger.systems.bitrix24.content.checklist import CheckItem, read_checklists
from exchanger.systems.bitrix24.content.own_questionnaires import read_questionnaires_of_element
from exchanger.systems.bitrix24.moments import read_moment
from exchanger.systems.bitrix24.readers import flag, people, person, portal_id, priority, texts

Person = Annotated[str, BeforeValidator(person)]
People = Annotated[tuple[str, ...], BeforeValidator(people)]
PortalId = Annotated[int | None, BeforeValidator(portal_id)]
Flag = Annotated[bool, BeforeValidator(flag)]
LooseFlag = Annotated[bool, BeforeValidator(readers.loose_flag)]
Priority = Annotated[int, BeforeValidator(priority)]
Hours = Annotated[int, BeforeValidator(readers.seconds)]
Numbers = Annotated[tuple[int, ...], BeforeValidator(readers.numbers)]
Questionnaires = Annotated[tuple[Mapping[str, object], ...], BeforeValidator(read_questionnaires_of_element)]
CheckLists = Annotated[tuple[CheckItem, ...], BeforeValidator(read_checklists)]
Texts = Annotated[tuple[str, ...], BeforeValidator(texts)]
Roles = Annotated[frozenset[str], BeforeValidator(readers.roles)]
Moment = Annotated[datetime, BeforeValidator(read_moment)]
Text = Annotated[str, BeforeValidator(lambda value: str(readers.unwrap(value) or ""))]


CONTENT = Group("content", "Содержание")
PEOPLE = Group("people", "Люди")
TIME = Group("time", "Сроки и важность")
PLACE = Group("place", "Место и связи")
ANSWER = Group("answer", "Ответ процессу")

_PRIORITIES = {"0": "низкая", "1": "обычная", "2": "высокая"}


class CreateTaskParams(BaseModel):
    """Параметры задачи. Сотрудник — номер портала или адрес почты."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Annotated[Text, Asked(group=CONTENT, required=False)] = Field(
        min_length=1, title="Название", description="Без него — имя элемента диаграммы"
    )
    description: Annotated[Text, Asked(group=CONTENT, long=True)] = Field(
        "", title="Описание", description="BBCode; без него — название"
    )
    responsible: Annotated[Person | None, Asked("taskResponsible", PEOPLE)] = Field(
        None,
        title="Исполнитель",
        description="Номер сотрудника или почта; без него — шаблон, переменная responsible, кто запустил процесс",
    )
    assignee: Annotated[Person | None, HIDDEN] = Field(
        None, description="assigneeId диаграммы: годится, если это номер сотрудника портала"
    )
    initiator: Annotated[Person | None, HIDDEN] = Field(None, description="Кто запустил процесс (переменная startedBy)")
    creator: Annotated[Person | None, Asked("taskCreator", PEOPLE)] = Field(
        None, title="Постановщик", description="Без него — шаблон, затем кто запустил процесс"
    )
    deadline: Annotated[Moment | None, Asked("taskDeadline", TIME)] = Field(
        None,
        title="Крайний срок",
        description="2026-12-31T18:00:00 или ${выражение}; из него, переменной deadline и шаблона берётся ранний",
    )
    process_deadline: Annotated[Moment | None, HIDDEN] = Field(
        None, description="Крайний срок из переменной процесса; берётся ранний"
    )
    planned_start: Annotated[Moment | None, Asked("plannedStart", TIME)] = Field(
        None, title="Плановое начало", description="Запись — как у крайнего срока; без него — шаблон"
    )
    planned_end: Annotated[Moment | None, Asked("plannedEnd", TIME)] = Field(
        None, title="Плановое завершение", description="Не раньше планового начала; без него — шаблон"
    )
    time_estimate: Annotated[Hours | None, Asked("timeEstimate", TIME)] = Field(
        None, title="Плановые трудозатраты в часах", description="1,5 или PT1H30M; включает учёт времени"
    )
    time_tracking: Annotated[Flag | None, Asked("timeTracking", TIME)] = Field(None, title="Учёт времени")
    allow_change_deadline: Annotated[Flag | None, Asked("allowChangeDeadline", TIME)] = Field(
        None, title="Исполнитель может менять срок"
    )
    dates_from_subtasks: Annotated[Flag, Asked("datesFromSubtasks", TIME)] = Field(
        default=False, title="Сроки — по подзадачам"
    )
    priority: Annotated[Priority | None, Asked(group=TIME, choices=_PRIORITIES)] = Field(None, title="Важность")
    group_id: Annotated[PortalId, Asked("taskGroup", PLACE)] = Field(
        None, title="Группа или проект", description="Номер; без него — шаблон, переменная groupId"
    )
    group: Annotated[Text, Asked(group=PLACE)] = Field(
        "", title="Группа или проект по названию", description="Точное название; номер группы сильнее"
    )
    parent_task_id: Annotated[PortalId, Asked("taskParent", PLACE)] = Field(
        None, title="Родительская задача", description="Номер; без него — переменная parentTaskId"
    )
    auditors: Annotated[People, Asked(group=PEOPLE)] = Field(
        (), title="Наблюдатели", description="Через запятую; без них — шаблон, затем владелец диаграммы (diagramOwner)"
    )
    accomplices: Annotated[People, Asked(group=PEOPLE)] = Field((), title="Соисполнители", description="Через запятую")
    supervisor_as: Annotated[Roles, Asked("supervisorAs", PEOPLE)] = Field(
        frozenset(),
        title="Руководитель запустившего — кто в задаче",
        description="Через запятую: исполнитель, постановщик, соисполнитель, наблюдатель",
    )
    tags: Annotated[Texts, Asked(group=CONTENT)] = Field((), title="Метки", description="Через запятую")
    control: Annotated[Flag, Asked(group=ANSWER)] = Field(default=False, title="Постановщик принимает работу")
    complete_with_subtasks: Annotated[Flag, Asked("completeWithSubtasks", ANSWER)] = Field(
        default=False, title="Завершить вместе с подзадачами"
    )
    result_required: Annotated[Flag, Asked("resultRequired", ANSWER)] = Field(
        default=True, title="Без результата задачу не закрыть"
    )
    result_expected: Annotated[
        LooseFlag | None, Asked("UF_RESULT_EXPECTED", ANSWER, place=Place.PROPERTY, choices=YES_NO)
    ] = Field(
        None,
        title="Исполнитель отвечает ДА или НЕТ",
        description="Ответ — переменная с именем элемента: ok или no",
    )
    result_question: Annotated[Text, Asked("UF_RESULT_QUESTION", ANSWER)] = Field("", title="Вопрос исполнителю")
    result_answers: Annotated[Texts, Asked("UF_RESULT_ANSWERS", ANSWER, place=Place.PROPERTY)] = Field(
        (),
        title="Свои варианты ответа",
        description="Через запятую или список JSON; каждый должен быть и в списке UF_RESULT_ANSWER на портале",
    )
    questionnaires: Annotated[Questionnaires, Asked(group=ANSWER, long=True)] = Field(
        (), title="Анкеты", description="Список JSON; только на портале с модулем imena.camunda"
    )
    template_id: Annotated[PortalId, Asked("templateId", CONTENT)] = Field(
        None, title="Шаблон задачи", description="Номер шаблона портала; без него — шаблон элемента в модуле портала"
    )
    stage_id: Annotated[PortalId, Asked("stageId", PLACE)] = Field(
        None, title="Стадия", description="Номер стадии канбана"
    )
    flow_id: Annotated[PortalId, Asked("flowId", PLACE)] = Field(None, title="Поток", description="Номер потока")
    crm: Annotated[Texts, Asked(group=PLACE)] = Field(
        (),
        title="Привязки к CRM",
        description="Через запятую: D_10 — сделка, L_4 — лид, C_7 — контакт, CO_5 — компания",
    )
    files: Annotated[Numbers, Asked(group=CONTENT)] = Field(
        (), title="Файлы", description="Номера файлов Диска через запятую"
    )
    checklists: Annotated[CheckLists, Asked(group=CONTENT, long=True)] = Field(
        (),
        title="Чек-листы",
        description="Список • пункт • пункт или JSON; не действует, если чек-листы есть в шаблоне",
    )
    predecessors: Annotated[Texts, Asked(group=PLACE)] = Field(
        (),
        title="Предшественники",
        description="id элементов через запятую: их результаты — в описании, их задачи — в связях",
    )
    given: Annotated[frozenset[str], HIDDEN] = Field(
        frozenset(), description="Что задал сам элемент: это сильнее шаблона"
    )
    process_key: Annotated[str, HIDDEN] = Field("", description="Ключ процесса")
    variables: Annotated[dict[str, object], HIDDEN] = Field(
        default_factory=dict, repr=False, description="Переменные процесса"
    )
    element_id: Annotated[str, HIDDEN] = Field(description="Элемент диаграммы")
    process_instance_id: Annotated[str, HIDDEN] = Field(description="Экземпляр процесса")
