"""Обычный экземпляр: два проекта, типы, состояния, люди и поля всех форматов."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from exchanger.sandbox.openproject.instance import Instance, OAuthApp
from exchanger.sandbox.openproject.model import (
    CustomField,
    Format,
    Named,
    Principal,
    Project,
    Status,
    WorkType,
)

TOKEN = "opapi-5f1c0de0c0ffee"  # noqa: S105 - of the stand-in
CLIENT_ID = "exchanger-app"
CLIENT_SECRET = "s3cret-0f-the-app"  # noqa: S105 - of the stand-in
ROBOT, ADMIN, CLERK, ENGINEER, TWIN, TEAM = 4, 5, 6, 7, 8, 9
MAIN, OTHER = 1, 2
TASK, MILESTONE, BARE = 1, 2, 3
NEW, IN_PROGRESS, CLOSED, REJECTED = 1, 7, 12, 14
NORMAL, HIGH = 8, 9
KEY_FIELD = "external_task_id"


def key_field(*, filterable: bool = True, for_all: bool = True) -> CustomField:
    """Поле ключа."""
    return CustomField(1, KEY_FIELD, filterable=filterable, for_all=for_all)


_GLOBAL_KEY = key_field()


def custom_fields(key: CustomField | None) -> list[CustomField]:
    """Поле ключа и по полю каждого формата."""
    decision = (Named(1, "Да"), Named(2, "Нет"))
    made = [
        CustomField(2, "Решение", Format.LIST, options=decision),
        CustomField(3, "Отделы", Format.LIST, multi=True, options=(Named(3, "Юристы"), Named(4, "Финансы"))),
        CustomField(4, "Пояснение", Format.TEXT),
        CustomField(5, "Сумма", Format.FLOAT),
        CustomField(6, "Количество", Format.INT),
        CustomField(7, "Срочно", Format.BOOL),
        CustomField(8, "Дата договора", Format.DATE),
        CustomField(9, "Куратор", Format.USER),
        CustomField(10, "Версия поставки", Format.VERSION),
        CustomField(11, "Раздел", Format.HIERARCHY, options=(Named(21, "Стройка"), Named(22, "Связь"))),
        CustomField(12, "Ссылка", Format.LINK),
    ]
    return [key, *made] if key is not None else made


def default_instance(
    *, clock: Callable[[], datetime] = lambda: datetime.now(UTC), key: CustomField | None = _GLOBAL_KEY
) -> Instance:
    """Экземпляр с известными номерами; `key` None — поля ключа нет."""
    made = Instance(clock=clock)
    fields = custom_fields(key)
    made.custom_fields = {each.id: each for each in fields}
    made.principals = {each.id: each for each in _people()}
    made.statuses = {each.id: each for each in _statuses()}
    all_fields = frozenset(made.custom_fields)
    types = (WorkType(TASK, "Task", fields=all_fields), WorkType(MILESTONE, "Milestone", milestone=True,
             fields=all_fields), WorkType(BARE, "Idea"))  # fmt: skip
    made.types = {each.id: each for each in types}
    made.priorities = {NORMAL: Named(NORMAL, "Normal"), HIGH: Named(HIGH, "High")}
    everyone = {ROBOT, CLERK, ENGINEER, TWIN, TEAM}
    main = Project(MAIN, "main", "Главный", (TASK, MILESTONE, BARE), everyone, set(), (Named(31, "2026.1"),))
    made.projects = {MAIN: main, OTHER: Project(OTHER, "other", "Другой", (TASK,), {ROBOT, CLERK})}
    if key is not None:
        main.fields.add(key.id)
    made.project_fields = {each.id: each for each in _project_fields()}
    made.tokens = {TOKEN: ROBOT}
    made.apps = [OAuthApp(CLIENT_ID, CLIENT_SECRET, ROBOT)]
    return made


def _project_fields() -> list[CustomField]:
    return [
        CustomField(41, "Заказчик"),
        CustomField(42, "Бюджет", Format.FLOAT),
        CustomField(43, "Категория", Format.LIST, options=(Named(51, "Внутренний"), Named(52, "Внешний"))),
        CustomField(44, "Руководитель", Format.USER),
    ]


def _people() -> list[Principal]:
    return [
        Principal(ROBOT, "Exchanger Robot", "robot", "robot@example.ru", admin=True),
        Principal(ADMIN, "Анна Админ", "admin", "admin@example.ru", admin=True),
        Principal(CLERK, "Кирилл Клерк", "clerk", "clerk@example.ru"),
        Principal(ENGINEER, "Игорь Инженер", "engineer", "engineer@example.ru"),
        Principal(TWIN, "Игорь Инженер", "engineer2", "engineer2@example.ru"),
        Principal(TEAM, "Юристы", kind="Group"),
    ]


def _statuses() -> list[Status]:
    return [
        Status(NEW, "New", default=True),
        Status(IN_PROGRESS, "In progress"),
        Status(CLOSED, "Closed", closed=True),
        Status(REJECTED, "Rejected", closed=True),
    ]
