"""Записи портала: люди, отделы, задачи, результаты, чек-листы."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, TypeAlias
from uuid import NAMESPACE_URL, uuid5

if TYPE_CHECKING:
    from datetime import datetime

UserFieldValue: TypeAlias = str | int | float | bool | list[str | int | float] | None


class Status(IntEnum):
    """Состояние задачи (REAL_STATUS в запросе, `status` в ответе)."""

    NEW = 1
    PENDING = 2
    IN_PROGRESS = 3
    AWAITS_CONTROL = 4
    COMPLETED = 5
    DEFERRED = 6
    DECLINED = 7


class Meta(IntEnum):
    """Производные состояния: STATUS в запросе, `subStatus` в ответе."""

    OVERDUE = -1
    UNVIEWED = -2
    ALMOST_OVERDUE = -3


class Parameter(IntEnum):
    """Коды SE_PARAMETER."""

    DATES_FROM_SUBTASKS = 1
    COMPLETE_WITH_SUBTASKS = 2
    RESULT_REQUIRED = 3


class UserFieldType(StrEnum):
    """Типы пользовательских полей, которые знает портал."""

    STRING = "string"
    DOUBLE = "double"
    DATETIME = "datetime"
    BOOLEAN = "boolean"
    ENUMERATION = "enumeration"


@dataclass(frozen=True, slots=True)
class User:
    """Сотрудник портала."""

    id: int
    name: str
    last_name: str
    email: str
    admin: bool = False
    active: bool = True
    departments: tuple[int, ...] = ()
    position: str = ""
    time_zone: str = "Europe/Moscow"

    @property
    def full_name(self) -> str:
        """Имя и фамилия одной строкой."""
        return f"{self.name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Department:
    """Отдел; `head` - номер руководителя."""

    id: int
    name: str
    parent: int | None = None
    head: int | None = None


@dataclass(frozen=True, slots=True)
class EnumItem:
    """Вариант списочного поля."""

    id: int
    value: str
    default: bool = False
    sort: int = 500


@dataclass(frozen=True, slots=True)
class UserField:
    """Пользовательское поле задач (сущность TASKS_TASK)."""

    id: int
    name: str
    type: UserFieldType
    label: str = ""
    xml_id: str = ""
    multiple: bool = False
    mandatory: bool = False
    items: tuple[EnumItem, ...] = ()


@dataclass(slots=True)
class Task:
    """Задача портала. Все моменты времени - UTC с точностью до секунды."""

    id: int
    title: str
    created_by: int
    responsible_id: int
    created_date: datetime
    changed_date: datetime
    status_changed_date: datetime
    activity_date: datetime
    searchable_from: datetime
    changed_by: int
    status_changed_by: int
    status: Status = Status.PENDING
    description: str = ""
    priority: int = 1
    mark: str | None = None
    deadline: datetime | None = None
    start_date_plan: datetime | None = None
    end_date_plan: datetime | None = None
    date_start: datetime | None = None
    closed_date: datetime | None = None
    closed_by: int | None = None
    group_id: int = 0
    parent_id: int | None = None
    stage_id: int = 0
    flow_id: int | None = None
    site_id: str = "s1"
    time_estimate: int = 0
    xml_id: str | None = None
    task_control: bool = False
    allow_change_deadline: bool = False
    allow_time_tracking: bool = False
    match_work_time: bool = False
    add_in_report: bool = False
    accomplices: tuple[int, ...] = ()
    auditors: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    depends_on: tuple[int, ...] = ()
    project_dependence: tuple[tuple[int, int], ...] = ()
    parameters: dict[int, str] = field(default_factory=dict)
    user_fields: dict[str, UserFieldValue] = field(default_factory=dict)
    viewed_by: frozenset[int] = frozenset()
    hidden_from: frozenset[int] = frozenset()

    @property
    def guid(self) -> str:
        """GUID в фигурных скобках, как его показывает портал."""
        return "{" + str(uuid5(NAMESPACE_URL, f"task:{self.id}")) + "}"

    @property
    def chat_id(self) -> int:
        """Номер чата задачи (новая карточка)."""
        return self.id + 100_000

    @property
    def result_required(self) -> bool:
        """Задачу нельзя закрыть в карточке без результата."""
        return self.parameters.get(Parameter.RESULT_REQUIRED) == "Y"

    @property
    def participants(self) -> frozenset[int]:
        """Все, кто участвует в задаче."""
        return frozenset((self.created_by, self.responsible_id, *self.accomplices, *self.auditors))


@dataclass(slots=True)
class Result:
    """Результат задачи; `closed` - задача была закрыта с ним, `files` - вложения, `comment_id` 0 - новая карточка."""

    id: int
    task_id: int
    author: int
    text: str
    created: datetime
    updated: datetime
    closed: bool = False
    files: tuple[int, ...] = ()
    comment_id: int = 0


@dataclass(slots=True)
class ChecklistItem:
    """Пункт чек-листа; `parent` 0 - сам чек-лист."""

    id: int
    task_id: int
    title: str
    author: int
    parent: int = 0
    sort: int = 0
    complete: bool = False
    important: bool = False
    toggled_by: int | None = None
    toggled: datetime | None = None
    members: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comment:
    """Комментарий к задаче."""

    id: int
    task_id: int
    author: int
    text: str
    created: datetime
    attachments: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """Строка истории: что, когда и кем изменено."""

    id: int
    created: datetime
    field: str
    before: str | None
    after: str | None
    user: int


@dataclass(frozen=True, slots=True)
class Notification:
    """Уведомление человеку (im.notify)."""

    to: int
    sender: int
    text: str


@dataclass(frozen=True, slots=True)
class Workgroup:
    """Группа или проект."""

    id: int
    name: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Subscription:
    """Исходящий вебхук: куда и с каким знаком приложения слать события."""

    url: str
    application_token: str
    events: frozenset[str]
