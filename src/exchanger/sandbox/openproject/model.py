"""Записи стенда OpenProject: то, что настоящий хранит в базе."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Format(StrEnum):
    """Форматы пользовательских полей."""

    STRING = "string"
    TEXT = "text"
    LINK = "link"
    INT = "int"
    FLOAT = "float"
    BOOL = "bool"
    DATE = "date"
    LIST = "list"
    USER = "user"
    VERSION = "version"
    HIERARCHY = "hierarchy"


LINKED = frozenset({Format.LIST, Format.USER, Format.VERSION, Format.HIERARCHY})


@dataclass(frozen=True, slots=True)
class Named:
    """Запись с номером и именем: вариант списка, версия, приоритет."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Участник: `kind` — User, Group или PlaceholderUser."""

    id: int
    name: str
    login: str = ""
    email: str = ""
    admin: bool = False
    kind: str = "User"
    active: bool = True

    @property
    def href(self) -> str:
        """Адрес участника."""
        place = {"User": "users", "Group": "groups"}.get(self.kind, "placeholder_users")
        return f"/api/v3/{place}/{self.id}"


@dataclass(frozen=True, slots=True)
class Status:
    """Состояние."""

    id: int
    name: str
    closed: bool = False
    default: bool = False
    readonly: bool = False


@dataclass(frozen=True, slots=True)
class WorkType:
    """Тип рабочего пакета и его пользовательские поля."""

    id: int
    name: str
    milestone: bool = False
    fields: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class CustomField:
    """Пользовательское поле. `filterable` — is_filter, `for_all` — is_for_all."""

    id: int
    name: str
    format: Format = Format.STRING
    filterable: bool = True
    for_all: bool = True
    required: bool = False
    multi: bool = False
    options: tuple[Named, ...] = ()

    @property
    def attribute(self) -> str:
        """Имя в JSON."""
        return f"customField{self.id}"


@dataclass(slots=True)
class Project:
    """Проект: типы, участники, включённые поля, версии; `custom` — значения полей самих проектов."""

    id: int
    identifier: str
    name: str
    types: tuple[int, ...]
    members: set[int] = field(default_factory=set)
    fields: set[int] = field(default_factory=set)
    versions: tuple[Named, ...] = ()
    parent: int | None = None
    active: bool = True
    public: bool = False
    description: str = ""
    status: str | None = None
    explanation: str = ""
    custom: dict[int, object] = field(default_factory=dict)
    former: set[str] = field(default_factory=set)


@dataclass(slots=True)
class WorkPackage:
    """Рабочий пакет. `custom` — значения по номеру поля: у ссылочных — номера, у прочих — сами значения."""

    id: int
    project: int
    type: int
    status: int
    priority: int
    author: int
    created: datetime
    updated: datetime
    searchable_from: datetime
    subject: str = ""
    description: str = ""
    assignee: int | None = None
    responsible: int | None = None
    parent: int | None = None
    start: date | None = None
    due: date | None = None
    estimated: str | None = None
    schedule_manually: bool = True
    lock_version: int = 0
    custom: dict[int, object] = field(default_factory=dict)
    watchers: list[int] = field(default_factory=list)
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """Связь в каноническом виде: `from_id` → `to_id`."""

    id: int
    type: str
    from_id: int
    to_id: int
    lag: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """Запись ленты: правка или комментарий."""

    id: int
    work_package: int
    version: int
    user: int
    created: datetime
    comment: str = ""
    notified: bool = True


@dataclass(frozen=True, slots=True)
class Attachment:
    """Вложение; `work_package` None — ещё ни к чему не приложено."""

    id: int
    work_package: int | None
    name: str
    content: bytes
    description: str = ""
    type: str = "application/octet-stream"
