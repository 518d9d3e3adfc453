"""Экземпляр OpenProject в памяти: записи, счётчики номеров, часы, сбои."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count

from exchanger.sandbox.openproject.errors import not_found
from exchanger.sandbox.openproject.faults import Faults
from exchanger.sandbox.openproject.model import (
    Activity,
    Attachment,
    CustomField,
    Named,
    Principal,
    Project,
    Relation,
    Status,
    WorkPackage,
    WorkType,
)

Listener = Callable[[str, WorkPackage, Principal], None]


@dataclass(slots=True)
class Config:
    """Настройки экземпляра, от которых зависит API. Времена — секунды."""

    page_size: int = 20
    max_page_size: int = 1000
    max_attachment: int = 5120 * 1024
    token_life: int = 7200
    aggregation: float = 300.0
    rate_limited: bool = False
    basic_auth: bool = True
    semantic_identifiers: bool = False


@dataclass(slots=True)
class OAuthApp:
    """Приложение OAuth; `user` None — не привязано к человеку, его вход действует от имени никого."""

    client_id: str
    secret: str
    user: int | None


@dataclass(slots=True)
class Instance:
    """Всё состояние. Изменённый пакет отмечается `touched`."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    config: Config = field(default_factory=Config)
    faults: Faults = field(default_factory=Faults)
    principals: dict[int, Principal] = field(default_factory=dict)
    statuses: dict[int, Status] = field(default_factory=dict)
    types: dict[int, WorkType] = field(default_factory=dict)
    priorities: dict[int, Named] = field(default_factory=dict)
    custom_fields: dict[int, CustomField] = field(default_factory=dict)
    project_fields: dict[int, CustomField] = field(default_factory=dict)
    projects: dict[int, Project] = field(default_factory=dict)
    work_packages: dict[int, WorkPackage] = field(default_factory=dict)
    relations: dict[int, Relation] = field(default_factory=dict)
    activities: list[Activity] = field(default_factory=list)
    attachments: dict[int, Attachment] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    apps: list[OAuthApp] = field(default_factory=list)
    granted: dict[str, tuple[int | None, datetime]] = field(default_factory=dict)
    forbidden_statuses: set[tuple[int, int]] = field(default_factory=set)
    listeners: list[Listener] = field(default_factory=list)
    requests: Counter[str] = field(default_factory=Counter)
    _ids: Iterator[int] = field(default_factory=lambda: count(1))
    _records: Iterator[int] = field(default_factory=lambda: count(1))

    def next_id(self) -> int:
        """Номер нового пакета."""
        return next(self._ids)

    def next_record(self) -> int:
        """Номер любой другой записи."""
        return next(self._records)

    def sees(self, user: Principal, package: WorkPackage) -> bool:
        """Виден ли пакет этому человеку."""
        if package.hidden:
            return False
        return user.admin or user.id in self.projects[package.project].members

    def package(self, user: Principal, number: int) -> WorkPackage:
        """Видимый пакет, иначе 404."""
        found = self.work_packages.get(number)
        if found is None or not self.sees(user, found):
            raise not_found()
        return found

    def project(self, user: Principal, name: str) -> Project:
        """Проект по номеру или идентификатору, прежнему тоже; невидимый и чужой архивный — 404."""
        wanted = name.casefold()
        for each in self.projects.values():
            known = {str(each.id), each.identifier.casefold(), *each.former}
            if wanted in known and (user.admin or (each.active and user.id in each.members)):
                return each
        raise not_found()

    def fields_of(self, project: Project, kind: WorkType) -> list[CustomField]:
        """Поля, включённые в проекте и у типа."""
        known = (self.custom_fields[number] for number in sorted(kind.fields))
        return [each for each in known if each.for_all or each.id in project.fields]

    def default_status(self) -> Status:
        """Начальное состояние."""
        return next(each for each in self.statuses.values() if each.default)

    def touched(self, package: WorkPackage, user: Principal, comment: str = "", *, notified: bool = True) -> Activity:
        """Запись в ленте и новое время изменения."""
        package.updated = self.clock()
        earlier = sum(each.work_package == package.id for each in self.activities)
        made = Activity(
            self.next_record(), package.id, earlier + 1, user.id, package.updated, comment, notified=notified
        )
        self.activities.append(made)
        action = "work_package:created" if earlier == 0 else "work_package:updated"
        for listener in self.listeners:
            listener("work_package_comment:comment" if comment else action, package, user)
        return made
