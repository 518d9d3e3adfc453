"""Портал по умолчанию: несколько сотрудников, отделы, вебхук администратора."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exchanger.sandbox.bitrix24.access import Access, Webhook
from exchanger.sandbox.bitrix24.directory import Directory
from exchanger.sandbox.bitrix24.model import Department, User, UserField
from exchanger.sandbox.bitrix24.portal import Portal
from exchanger.sandbox.bitrix24.userfields import CAMUNDA_FIELDS, UserFields

if TYPE_CHECKING:
    from collections.abc import Iterable

ADMIN = 1
HEAD = 2
CLERK = 3
ENGINEER = 4
LAWYER = 5
DISMISSED = 6
SECRET = "sandboxsecret0001"  # noqa: S105 - opens only the stand-in on this machine

USERS = (
    User(ADMIN, "Анна", "Смирнова", "anna.smirnova@portal.example", admin=True, departments=(1,), position="Директор"),
    User(HEAD, "Пётр", "Иванов", "petr.ivanov@portal.example", departments=(2,), position="Начальник отдела продаж"),
    User(CLERK, "Мария", "Кузнецова", "maria.kuznetsova@portal.example", departments=(2,), position="Менеджер"),
    User(
        ENGINEER,
        "Илья",
        "Соколов",
        "ilya.sokolov@portal.example",
        departments=(3,),
        position="Инженер",
        time_zone="Asia/Yekaterinburg",
    ),
    User(LAWYER, "Ольга", "Попова", "olga.popova@portal.example", departments=(3,), position="Юрист"),
    User(DISMISSED, "Сергей", "Волков", "sergey.volkov@portal.example", active=False, departments=(2,)),
)
DEPARTMENTS = (
    Department(1, "Компания", None, ADMIN),
    Department(2, "Отдел продаж", 1, HEAD),
    Department(3, "Служба качества", 1, LAWYER),
)


def default_portal(*, user_fields: Iterable[UserField] = CAMUNDA_FIELDS, **options: Any) -> Portal:
    """Портал с людьми и вебхуком администратора; `user_fields=()` - портал без наших полей.

    `options` - поля Portal: build, limits, faults, clock.
    """
    return Portal(
        directory=Directory({each.id: each for each in USERS}, {each.id: each for each in DEPARTMENTS}),
        access=Access([Webhook(ADMIN, SECRET)]),
        user_fields=UserFields.of(user_fields),
        **options,
    )
