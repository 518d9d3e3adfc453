"""Параметры сделок, контактов и правки задачи. Из этих же моделей делаются формы."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from exchanger.connect.template import Asked
from exchanger.systems.bitrix24.params import Moment, Person, Priority

Fields = Annotated[dict[str, object], Asked(long=True)]

_OTHER = 'JSON: имя поля портала → значение, например {"UF_CRM_1": "а"}; важнее полей выше'  # fmt: skip
_PRIORITIES = {"0": "низкая", "1": "обычная", "2": "высокая"}


class DealFields(BaseModel):
    """Что у сделки можно задать."""

    model_config = ConfigDict(frozen=True)

    stage: str = Field("", title="Стадия", description="Код стадии: NEW, C5:WON")
    amount: Decimal | None = Field(None, ge=0, title="Сумма")
    currency: str = Field("", title="Валюта", description="RUB, USD")
    contact: int | None = Field(None, gt=0, title="Контакт", description="Номер контакта")
    company: int | None = Field(None, gt=0, title="Компания", description="Номер компании")
    assigned: Person | None = Field(None, title="Ответственный", description="Номер сотрудника или почта")
    comments: Annotated[str, Asked(long=True)] = Field("", title="Комментарий")
    fields: Fields = Field(default_factory=dict, title="Другие поля", description=_OTHER)


class NewDeal(DealFields):
    """Новая сделка."""

    title: str = Field(min_length=1, max_length=255, title="Название")
    category: int | None = Field(None, ge=0, title="Воронка", description="Номер воронки; без него — общая")


class ChangedDeal(DealFields):
    """Правка сделки: незаданное не меняется."""

    deal_id: int = Field(
        gt=0, validation_alias=AliasChoices("dealId", "bitrix_deal_id"), title="Сделка", description="Номер сделки"
    )
    title: str = Field("", max_length=255, title="Название")


class NewContact(BaseModel):
    """Новый контакт."""

    model_config = ConfigDict(frozen=True)

    name: str = Field("", title="Имя")
    second_name: str = Field("", validation_alias=AliasChoices("secondName", "second_name"), title="Отчество")
    last_name: str = Field("", validation_alias=AliasChoices("lastName", "last_name"), title="Фамилия")
    phone: list[str] = Field(default_factory=list, title="Телефоны", description="Через запятую")
    email: list[str] = Field(default_factory=list, title="Почта", description="Адреса через запятую")
    company: int | None = Field(None, gt=0, title="Компания", description="Номер компании")
    assigned: Person | None = Field(None, title="Ответственный", description="Номер сотрудника или почта")
    comments: Annotated[str, Asked(long=True)] = Field("", title="Комментарий")
    fields: Fields = Field(default_factory=dict, title="Другие поля", description=_OTHER)

    @model_validator(mode="after")
    def _named(self) -> NewContact:
        if not (self.name.strip() or self.last_name.strip()):
            raise ValueError("у контакта нужно имя или фамилия: name, lastName")
        return self


class ChangedTask(BaseModel):
    """Правка задачи: незаданное не меняется."""

    model_config = ConfigDict(frozen=True)

    task_id: int = Field(
        gt=0, validation_alias=AliasChoices("taskId", "bitrix_task_id"), title="Задача", description="Номер задачи"
    )
    title: str = Field("", max_length=255, title="Название")
    description: Annotated[str, Asked(long=True)] = Field("", title="Описание")
    responsible: Annotated[Person | None, Asked("taskResponsible")] = Field(
        None,
        validation_alias=AliasChoices("taskResponsible"),
        title="Исполнитель",
        description="Номер сотрудника или почта",
    )
    deadline: Annotated[Moment | None, Asked("taskDeadline")] = Field(
        None, validation_alias=AliasChoices("taskDeadline"), title="Крайний срок", description="2026-12-31T18:00:00"
    )
    priority: Annotated[Priority | None, Asked(choices=_PRIORITIES)] = Field(None, title="Важность")
    group: int | None = Field(None, ge=0, validation_alias=AliasChoices("taskGroup"), title="Группа или проект")
    tags: list[str] = Field(default_factory=list, title="Метки", description="Через запятую; заменяют прежние")
    fields: Fields = Field(default_factory=dict, title="Другие поля", description=_OTHER)
