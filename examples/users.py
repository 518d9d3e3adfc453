# ruff: noqa: INP001 - a module of an installation, not of a package
"""Темы create_user и user_management: завести, найти и заблокировать человека в Битрикс24 и OpenProject.

Пример своей службы Python. Положите файл в EXCHANGER_HOME и назовите: EXCHANGER_PYTHON_MODULES=users. Адреса и ключи —
те же, что у систем: BITRIX_WEBHOOK_URL (владелец вебхука — администратор, право user), OPENPROJECT_API_URL и
OPENPROJECT_API_KEY (человек ключа управляет пользователями).

Повторять эти вызовы можно: человека узнают по почте, и второго с той же почтой обе системы не заведут.
"""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Protocol
from urllib.parse import urlencode

from pydantic import BaseModel, Field, StringConstraints

from exchanger.connect import REPEATABLE, Answer, Http, HttpOptions, Intent, Limiter, Limits, System
from exchanger.domain.errors import BusinessError, Reject, Retry, SystemPaused
from exchanger.domain.variables import PlainValue
from exchanger.ports import Clock
from exchanger.settings import OpenProjectSettings, load_settings

Email = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^@\s<>]+@[^@\s<>]+$", max_length=60)]


class Place(StrEnum):
    """Где заводят."""

    BITRIX24 = "bitrix24"
    OPENPROJECT = "openproject"


class Action(StrEnum):
    """Что сделать с человеком."""

    FIND = "find"
    BLOCK = "block"
    UNBLOCK = "unblock"


class NewUser(BaseModel):
    """Новый человек; приглашение ему пошлёт сама система."""

    place: Place = Field(alias="userPlace", title="Где", description="bitrix24 или openproject")
    email: Email = Field(alias="userEmail", title="Почта")
    name: str = Field("", alias="userName", max_length=30, title="Имя")
    last_name: str = Field("", alias="userLastName", max_length=30, title="Фамилия")
    departments: list[int] = Field(
        default_factory=lambda: [1], alias="userDepartments", title="Отделы", description="Номера отделов портала"
    )


class KnownUser(BaseModel):
    """Человек, который уже есть."""

    place: Place = Field(alias="userPlace", title="Где", description="bitrix24 или openproject")
    email: Email = Field(alias="userEmail", title="Почта")
    action: Action = Field(Action.FIND, alias="userAction", title="Что сделать")


@dataclass(frozen=True, slots=True)
class Person:
    """Найденный человек."""

    id: str
    active: bool

    def variables(self) -> dict[str, PlainValue]:
        """Что узнаёт процесс."""
        return {"user_id": self.id, "user_active": self.active}


class Directory(Protocol):
    """Люди одной системы."""

    async def find(self, email: str) -> list[Person]:
        """Все с этой почтой, и заблокированные."""
        ...

    async def invite(self, user: NewUser) -> Person:
        """Завести."""
        ...

    async def turn(self, person: Person, *, active: bool) -> None:
        """Заблокировать или вернуть."""
        ...


@dataclass(frozen=True, slots=True)
class Portal:
    """Битрикс24: user.get, user.add, user.update."""

    http: Http
    webhook: str

    async def find(self, email: str) -> list[Person]:
        """Фильтру не верим: почту сверяем сами."""
        rows = await self._call("user.get", {"FILTER": {"EMAIL": email}}, Intent.READ)
        return [Person(str(row["ID"]), bool(row["ACTIVE"])) for row in rows or [] if _same(row.get("EMAIL"), email)]

    async def invite(self, user: NewUser) -> Person:
        """Сотруднику нужен отдел."""
        fields = {
            "EMAIL": user.email,
            "NAME": user.name,
            "LAST_NAME": user.last_name,
            "UF_DEPARTMENT": user.departments,
        }
        return Person(str(await self._call("user.add", fields, Intent.CREATE)), active=True)

    async def turn(self, person: Person, *, active: bool) -> None:
        """Уволить или вернуть."""
        await self._call("user.update", {"ID": person.id, "ACTIVE": active}, Intent.IDEMPOTENT)

    async def _call(self, method: str, params: Mapping[str, object], intent: Intent) -> Any:
        answer = await self.http.request("POST", f"{self.webhook}/{method}.json", intent=intent, json=params)
        return understood(answer, f"Битрикс24, {method}").get("result")


@dataclass(frozen=True, slots=True)
class Instance:
    """OpenProject: /api/v3/users."""

    http: Http
    url: str
    headers: Mapping[str, str]

    async def find(self, email: str) -> list[Person]:
        """Фильтр name ищет и по части почты: сверяем сами."""
        filters = json.dumps([{"name": {"operator": "~", "values": [email]}}])
        found = await self._call("GET", "?" + urlencode({"filters": filters, "pageSize": 100}), Intent.READ)
        return [_member(row) for row in found["_embedded"]["elements"] if _same(row.get("email"), email)]

    async def invite(self, user: NewUser) -> Person:
        """Состояние invited: пароль человек задаст сам."""
        body = {"login": user.email, "email": user.email, "firstName": user.name or user.email[:30],
                "lastName": user.last_name or "-", "language": "ru", "admin": False, "status": "invited"}  # fmt: skip
        return _member(await self._call("POST", "", Intent.CREATE, body))

    async def turn(self, person: Person, *, active: bool) -> None:
        """Замок ставят и снимают разными методами."""
        await self._call("DELETE" if active else "POST", f"/{person.id}/lock", Intent.IDEMPOTENT)

    async def _call(self, method: str, path: str, intent: Intent, body: object = None) -> Any:
        headers = {**self.headers, "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        url = f"{self.url}/api/v3/users{path}"
        answer = await self.http.request(method, url, intent=intent, data=content, headers=headers)
        return understood(answer, f"OpenProject, {method} /users")


@asynccontextmanager
async def open_directories(_options: None, limiter: Limiter, _clock: Clock) -> AsyncIterator[dict[Place, Directory]]:
    """Системы, к которым в настройках установки есть доступ."""
    settings = load_settings()
    project = settings.group(OpenProjectSettings)
    async with Http(HttpOptions(name="Люди"), limiter) as http:
        found: dict[Place, Directory] = {}
        if settings.bitrix.webhook_url is not None:
            found[Place.BITRIX24] = Portal(http, settings.bitrix.webhook().rstrip("/"))
        if project.url is not None and project.api_key is not None:
            login = base64.b64encode(f"apikey:{project.key()}".encode()).decode()
            found[Place.OPENPROJECT] = Instance(
                http, project.address().rstrip("/"), {"Authorization": f"Basic {login}"}
            )
        yield found


service: System[None, dict[Place, Directory]] = System(
    "users", client=open_directories, limits=lambda _: Limits(per_second=2, burst=5, at_once=2)
)


@service.call("create_user", promise=REPEATABLE)
async def create_user(user: NewUser, directories: dict[Place, Directory]) -> dict[str, PlainValue]:
    """Завести человека. Уже заведённый с этой почтой — он и есть; user_created тогда false."""
    directory = _directory(directories, user.place)
    known = await directory.find(user.email)
    person = _only(known) if known else await directory.invite(user)
    return {**person.variables(), "user_created": not known}


@service.call("user_management", promise=REPEATABLE)
async def manage_user(user: KnownUser, directories: dict[Place, Directory]) -> dict[str, PlainValue]:
    """Найти, заблокировать или вернуть человека."""
    directory = _directory(directories, user.place)
    known = await directory.find(user.email)
    if not known:
        raise BusinessError("USER_NOT_FOUND", f"{user.place}: человека с этой почтой нет.")
    person, wanted = _only(known), user.action is Action.UNBLOCK
    if user.action is not Action.FIND and person.active is not wanted:
        await directory.turn(person, active=wanted)
        person = Person(person.id, wanted)
    return person.variables()


def understood(answer: Answer, what: str) -> Any:
    """Тело ответа; отказ — той ошибкой, которая говорит, что делать. Слов системы в ней нет: там бывает почта."""
    body = _parsed(answer)
    if answer.status < 300 and isinstance(body, dict):  # noqa: PLR2004 - HTTP
        return body
    code = str(body.get("error") or body.get("errorIdentifier") or answer.status) if isinstance(body, dict) else ""
    said = f"{what}: отказ {code or answer.status}"
    if answer.status in {401, 403}:
        raise SystemPaused(f"{said}.", remedy="проверьте ключ и его права на пользователей.")
    if answer.status == 429 or answer.status >= 500 or not code:  # noqa: PLR2004 - HTTP
        raise Retry(f"{said}.")  # even if it was done: the next attempt looks for the person first
    raise BusinessError("USER_REFUSED", f"{said}.")


def _parsed(answer: Answer) -> object:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _directory(directories: Mapping[Place, Directory], place: Place) -> Directory:
    if place not in directories:
        raise Reject(f"К {place} в настройках установки доступа нет.", remedy="задайте адрес и ключ этой системы.")
    return directories[place]


def _only(known: list[Person]) -> Person:
    if len(known) > 1:
        raise BusinessError("USER_AMBIGUOUS", f"Людей с этой почтой несколько: {', '.join(one.id for one in known)}.")
    return known[0]


def _member(row: Mapping[str, Any]) -> Person:
    return Person(str(row["id"]), row.get("status") != "locked")


def _same(one: object, other: str) -> bool:
    return str(one or "").casefold() == other.casefold()
