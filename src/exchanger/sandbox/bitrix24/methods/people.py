"""user.*, profile, department.get."""

from __future__ import annotations

from typing import Any

from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.dates import offset_seconds
from exchanger.sandbox.bitrix24.listing import PAGE
from exchanger.sandbox.bitrix24.model import Department, User
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply


def user_row(user: User) -> dict[str, Any]:
    """Сотрудник в ответе: имена в верхнем регистре, номер строкой, ACTIVE - логическое."""
    return {
        "ID": str(user.id),
        "XML_ID": str(user.id),
        "ACTIVE": user.active,
        "NAME": user.name,
        "LAST_NAME": user.last_name,
        "SECOND_NAME": "",
        "EMAIL": user.email,
        "WORK_POSITION": user.position,
        "UF_DEPARTMENT": list(user.departments),
        "USER_TYPE": "employee",
    }


@V2.method("user.get", "user")
def user_get(call: Call) -> Reply:
    """Сотрудники по фильтру (в FILTER или прямо в параметрах); незнакомые ключи пропускаются."""
    given = php.as_map(call.get("FILTER")) or call.params
    wanted = {name.upper().lstrip("="): value for name, value in given.items()}
    found = [user for user in _sorted(call) if _fits(user, wanted)]
    return _page(call, [user_row(user) for user in found])


def _sorted(call: Call) -> list[User]:
    users = sorted(call.portal.directory.users.values(), key=lambda user: user.id)
    return users[::-1] if php.as_text(call.get("ORDER")).upper() == "DESC" else users


def _fits(user: User, wanted: dict[str, Any]) -> bool:
    row = user_row(user)
    for name, value in wanted.items():
        if name == "ACTIVE":
            if (value is False or php.as_text(value)) and php.as_flag(value) != user.active:
                return False
        elif name in row:
            values = {php.as_text(each).casefold() for each in php.as_list(value)}
            actual = row[name] if isinstance(row[name], list) else [row[name]]
            if not values & {php.as_text(each).casefold() for each in actual}:
                return False
    return True


def _page(call: Call, rows: list[dict[str, Any]]) -> Reply:
    start = php.as_int(call.get("start"))
    if start < 0:
        return Reply(rows[:PAGE])
    after = start + PAGE
    return Reply(rows[start:after], len(rows), after if after < len(rows) else None)


@V2.method("user.current", "user")
def user_current(call: Call) -> Reply:
    """Владелец ключа доступа."""
    return Reply(user_row(call.user))


@V2.method("profile", "basic")
def profile(call: Call) -> Reply:
    """Кто я и в каком поясе; прав не требует."""
    return Reply(
        {
            "ID": str(call.user.id),
            "ADMIN": call.user.admin,
            "NAME": call.user.name,
            "LAST_NAME": call.user.last_name,
            "PERSONAL_GENDER": "",
            "TIME_ZONE": call.user.time_zone,
            "TIME_ZONE_OFFSET": offset_seconds(call.portal.now(), call.user.time_zone)
            - offset_seconds(call.portal.now(), call.portal.build.server_zone),
        }
    )


@V2.method("department.get", "department")
def department_get(call: Call) -> Reply:
    """Отделы; фильтр - прямо в параметрах."""
    rows = [_department(each) for each in call.portal.directory.departments.values()]
    for name in ("ID", "NAME", "PARENT", "UF_HEAD"):
        if call.get(name) is not None:
            values = {php.as_text(each) for each in php.as_list(call.get(name))}
            rows = [row for row in rows if row.get(name) in values]
    return _page(call, rows)


def _department(department: Department) -> dict[str, Any]:
    row = {"ID": str(department.id), "NAME": department.name, "SORT": 500}
    if department.parent is not None:
        row["PARENT"] = str(department.parent)
    if department.head is not None:
        row["UF_HEAD"] = str(department.head)
    return row
