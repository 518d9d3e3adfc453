"""Портал Bitrix24 в памяти: состояние и правила, без HTTP."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

from exchanger.sandbox.bitrix24.access import Access
from exchanger.sandbox.bitrix24.crm import Crm
from exchanger.sandbox.bitrix24.directory import Directory
from exchanger.sandbox.bitrix24.drive import Drive
from exchanger.sandbox.bitrix24.errors import not_allowed
from exchanger.sandbox.bitrix24.faults import Faults
from exchanger.sandbox.bitrix24.limits import Bucket, Limits, Operating
from exchanger.sandbox.bitrix24.machine import Action, permitted
from exchanger.sandbox.bitrix24.model import (
    ChecklistItem,
    Comment,
    HistoryRow,
    Notification,
    Result,
    Subscription,
    Task,
    User,
    Workgroup,
)
from exchanger.sandbox.bitrix24.module import Module
from exchanger.sandbox.bitrix24.store import TaskStore
from exchanger.sandbox.bitrix24.templates import Template
from exchanger.sandbox.bitrix24.userfields import UserFields
from exchanger.sandbox.bitrix24.worktime import ListElement, WorkCalendar

Now = Callable[[], datetime]


class EventName(StrEnum):
    """События задач, на которые можно подписаться."""

    ADD = "ONTASKADD"
    UPDATE = "ONTASKUPDATE"
    DELETE = "ONTASKDELETE"


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """Событие задачи: только имя, номер и момент, без значений полей."""

    name: EventName
    task_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Build:
    """Чем одна сборка портала отличается от другой.

    `same_status_refused` - действие, которое ничего не меняет, отвергается с 1048582 (новые сборки) или проходит
    молча; `new_card` - новая карточка задачи: комментарии живут в чате, getlist их не отдаёт; `addon` - стоит модуль
    imena.camunda, `loose` - он отдаёт числа строками и пустое - false; `v3` - есть REST третьего поколения.
    """

    same_status_refused: bool = True
    new_card: bool = True
    addon: bool = False
    loose: bool = True
    v3: bool = True
    server_zone: str = "Europe/Moscow"
    domain: str = "portal.example"


def utc_now() -> datetime:
    """Настоящее время."""
    return datetime.now(UTC)


@dataclass(slots=True)
class Portal:
    """Всё состояние портала. `clock` - внешние часы, `calls` - счётчик вызовов по методам (и внутри batch)."""

    directory: Directory = field(default_factory=Directory)
    access: Access = field(default_factory=Access)
    user_fields: UserFields = field(default_factory=lambda: UserFields.of(()))
    build: Build = field(default_factory=Build)
    limits: Limits = field(default_factory=Limits)
    faults: Faults = field(default_factory=Faults)
    clock: Now = utc_now
    groups: dict[int, Workgroup] = field(default_factory=dict)
    store: TaskStore = field(default_factory=TaskStore)
    results: dict[int, list[Result]] = field(default_factory=lambda: defaultdict(list))
    checklists: dict[int, dict[int, ChecklistItem]] = field(default_factory=lambda: defaultdict(dict))
    drive: Drive = field(default_factory=Drive)
    templates: dict[int, Template] = field(default_factory=dict)
    module: Module = field(default_factory=Module)
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    crm: Crm = field(default_factory=Crm)
    lists: list[ListElement] = field(default_factory=list)
    comments: dict[int, list[Comment]] = field(default_factory=lambda: defaultdict(list))
    history: dict[int, list[HistoryRow]] = field(default_factory=lambda: defaultdict(list))
    notifications: list[Notification] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    listeners: list[Callable[[TaskEvent], None]] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    buckets: dict[str, Bucket] = field(default_factory=dict)
    operating: Operating = field(init=False)
    _numbers: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.operating = Operating(self.limits)

    def exact_now(self) -> datetime:
        """Часы портала: внешние плюс сбой хода."""
        return self.clock().astimezone(UTC) + self.faults.clock_skew

    def now(self) -> datetime:
        """Часы портала с точностью до секунды: так он хранит даты."""
        return self.exact_now().replace(microsecond=0)

    def set_limits(self, limits: Limits) -> None:
        """Меняет ограничения и забывает накопленное."""
        self.limits, self.operating = limits, Operating(limits)
        self.buckets.clear()

    def admit(self, address: str) -> bool:
        """Пускает ли ведро этого адреса ещё один запрос HTTP."""
        bucket = self.buckets.setdefault(address, Bucket(self.limits))
        return bucket.admit(self.exact_now().timestamp())

    def number(self, kind: str) -> int:
        """Следующий номер записи этого рода."""
        self._numbers[kind] += 1
        return self._numbers[kind]

    def user(self, user_id: int) -> User:
        """Сотрудник по номеру; неизвестный показывается пустым, как удалённый."""
        return self.directory.users.get(user_id) or User(user_id, "", "", "", active=False)

    def set_user(self, user: User) -> None:
        """Заводит или заменяет сотрудника."""
        self.directory.users[user.id] = user

    def dismiss(self, user_id: int) -> None:
        """Увольняет сотрудника: он больше не действующий."""
        self.set_user(replace(self.user(user_id), active=False))

    def sees(self, user: User, task: Task) -> bool:
        """Видит ли человек задачу: администратор - все, руководитель - своих людей, прочие - где участвуют."""
        return user.id not in task.hidden_from and permitted(Action.READ, task, self.directory.actor(user, task))

    def find(self, user: User, task_id: int) -> Task | None:
        """Задача, если она есть и видна этому человеку."""
        task = self.store.get(task_id)
        return task if task is not None and self.sees(user, task) else None

    def require(self, user: User, task_id: int) -> Task:
        """Видимая задача или отказ, одинаковый для чужой и несуществующей."""
        task = self.find(user, task_id)
        if task is None:
            raise not_allowed()
        return task

    def allowed(self, user: User, task: Task, action: Action) -> bool:
        """Есть ли право на действие (без учёта состояния)."""
        return self.sees(user, task) and permitted(action, task, self.directory.actor(user, task))

    def note(self, task_id: int, user: User, name: str, before: object = None, after: object = None) -> None:
        """Пишет строку истории; она переживает удаление задачи."""
        texts = [None if value is None else str(value) for value in (before, after)]
        row = HistoryRow(self.number("history"), self.now(), name, texts[0], texts[1], user.id)
        self.history[task_id].append(row)

    def emit(self, name: EventName, task_id: int) -> None:
        """Сообщает о событии слушателям."""
        event = TaskEvent(name, task_id, self.now())
        for listener in list(self.listeners):
            listener(event)
