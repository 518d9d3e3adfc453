"""Шаблон задачи, каким его понимает Exchanger, откуда бы он ни пришёл."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from exchanger.systems.bitrix24.content.checklist import CheckItem
from exchanger.systems.bitrix24.content.questionnaire import Questionnaire
from exchanger.systems.bitrix24.foreign import Row


@dataclass(frozen=True, slots=True)
class Cast:
    """Люди шаблона: номера сотрудников по ролям; `supervised` — в каких ролях нужен руководитель запустившего."""

    originator: int | None = None
    responsible: int | None = None
    accomplices: tuple[int, ...] = ()
    auditors: tuple[int, ...] = ()
    supervised: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Schedule:
    """Сроки шаблона от момента постановки; `work_time` — считать рабочее время."""

    deadline: timedelta | None = None
    start: timedelta | None = None
    end: timedelta | None = None
    work_time: bool = False


@dataclass(frozen=True, slots=True)
class Template:
    """Шаблон. `questionnaires` — анкеты дословно, `flags` — поля задачи, которые переносятся как есть."""

    title: str = ""
    description: str = ""
    priority: int | None = None
    group_id: int | None = None
    cast: Cast = Cast()
    schedule: Schedule = Schedule()
    tags: tuple[str, ...] = ()
    checklists: tuple[CheckItem, ...] = ()
    files: tuple[int, ...] = ()
    questionnaires: tuple[Row, ...] = ()
    in_description: tuple[Questionnaire, ...] = ()
    crm: tuple[str, ...] = ()
    flags: Mapping[str, str] = field(default_factory=dict)
