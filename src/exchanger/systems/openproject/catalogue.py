"""Что экземпляр знает сам и меняет редко: проекты, схемы, состояния. Найденное помнится, неудачи — никогда."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar
from urllib.parse import quote

from exchanger.connect import Intent
from exchanger.domain.errors import Reject, Retry
from exchanger.ports import Clock
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.errors import NOT_FOUND, to_error
from exchanger.systems.openproject.foreign import as_int, as_text, elements
from exchanger.systems.openproject.schema import Form, Property, read_form, read_schema

_FRESH = timedelta(minutes=10)
_RETRY = timedelta(seconds=30)
_BOUND = 500
_USUAL_ATTACHMENT = 5120 * 1024

K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Project:
    """Проект."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class StatusInfo:
    """Состояние этого экземпляра."""

    id: str
    name: str
    closed: bool
    default: bool


class Memo(Generic[K, V]):
    """Память на десять минут; одно и то же одновременно спрашивается один раз."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = asyncio.Lock()
        self._known: dict[K, tuple[V, float]] = {}

    async def get(self, key: K, ask: Callable[[], Awaitable[V]], *, no_older: timedelta = _FRESH) -> V:
        """Известное не старше `no_older`, иначе спросить."""
        async with self._lock:
            known = self._known.get(key)
            if known is not None and self._clock.monotonic() - known[1] < no_older.total_seconds():
                return known[0]
            value = await ask()
            if len(self._known) >= _BOUND:
                self._known.clear()
            self._known[key] = value, self._clock.monotonic()
            return value


class Catalogue:
    """Справочники экземпляра."""

    def __init__(self, api: OpenProjectApi, clock: Clock) -> None:
        self._api = api
        self._projects: Memo[str, Project] = Memo(clock)
        self._forms: Memo[tuple[str, str], Form] = Memo(clock)
        self._schemas: Memo[str, Mapping[str, Property]] = Memo(clock)
        self._statuses: Memo[None, Mapping[str, StatusInfo]] = Memo(clock)
        self._limits: Memo[None, int] = Memo(clock)

    async def project(self, name: str) -> Project:
        """Проект по номеру или идентификатору; `Reject` — такого нет или он не виден."""

        async def ask() -> Project:
            path = f"/projects/{quote(name, safe='')}"
            answer = await self._api.ask("GET", path, intent=Intent.READ)
            if isinstance(answer, Fault):
                if answer.status == NOT_FOUND:
                    raise Reject(
                        f"OpenProject: проекта «{name}» нет или он не виден Exchanger.",
                        remedy="исправьте проект в диаграмме или добавьте в него человека, чей ключ у Exchanger.",
                    )
                raise to_error(answer, f"GET {path}", Intent.READ)
            return Project(as_text(answer.get("id")), as_text(answer.get("name")))

        return await self._projects.get(name, ask)

    async def form(self, project_id: str, type_id: str = "") -> Form:
        """Форма создания в проекте; «» — с обычным типом проекта."""
        return await self._forms.get((project_id, type_id), lambda: self._form(project_id, type_id))

    async def _form(self, project_id: str, type_id: str) -> Form:
        links = {"project": {"href": self._api.site.href("projects", project_id)}}
        if type_id:
            links["type"] = {"href": self._api.site.href("types", type_id)}
        return read_form(await self.submit({"_links": links}))

    async def submit(self, body: object) -> Mapping[str, object]:
        """Отдать форме тело создания: ничего не создаётся."""
        path = "/work_packages/form"
        return await self._api.call("POST", path, intent=Intent.READ, body=body)

    async def schema(self, project_id: str, type_id: str) -> Mapping[str, Property]:
        """Свойства готовых пакетов этого проекта и типа."""
        path = f"/work_packages/schemas/{project_id}-{type_id}"

        async def ask() -> Mapping[str, Property]:
            return read_schema(await self._api.read(path))

        return await self._schemas.get(path, ask)

    async def statuses(self, *, no_older: timedelta = _FRESH) -> Mapping[str, StatusInfo]:
        """Состояния по номеру."""
        return await self._statuses.get(None, self._ask_statuses, no_older=no_older)

    async def statuses_with(self, numbers: set[str]) -> Mapping[str, StatusInfo]:
        """Состояния, среди которых есть эти: незнакомое перечитывает список, но не чаще раза в полминуты."""
        known = await self.statuses()
        return known if numbers <= known.keys() else await self.statuses(no_older=_RETRY)

    async def attachment_limit(self) -> int:
        """Наибольшее вложение в байтах."""

        async def ask() -> int:
            told = as_int((await self._api.read("/configuration")).get("maximumAttachmentFileSize"))
            return told if told is not None else _USUAL_ATTACHMENT

        return await self._limits.get(None, ask)

    async def _ask_statuses(self) -> Mapping[str, StatusInfo]:
        rows = elements(await self._api.read("/statuses"))
        if not rows:
            raise Retry("OpenProject, GET /statuses: в ответе нет состояний.")
        order = sorted(rows, key=lambda row: as_int(row.get("position")) or 0)
        read = (
            StatusInfo(
                as_text(row.get("id")),
                as_text(row.get("name")),
                row.get("isClosed") is True,
                row.get("isDefault") is True,
            )
            for row in order
        )
        return {each.id: each for each in read}
