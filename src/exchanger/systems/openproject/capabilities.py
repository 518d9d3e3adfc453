"""Поле ключа этого экземпляра: где оно, ищется ли по нему всюду или только в названных проектах."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from exchanger.connect import Intent
from exchanger.domain.errors import Reject, SystemPaused
from exchanger.ports import Clock
from exchanger.systems.openproject.answers import Fault
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.catalogue import Catalogue, Project
from exchanger.systems.openproject.errors import Verdict, query_error, verdict
from exchanger.systems.openproject.foreign import elements
from exchanger.systems.openproject.listing import EVERYWHERE, query, scope_of
from exchanger.systems.openproject.schema import Property
from exchanger.systems.openproject.settings import OpenProjectOptions

_FRESH = timedelta(minutes=30)
_BAD_QUERY = 400


@dataclass(frozen=True, slots=True)
class Capabilities:
    """Где лежит ключ. `scopes` — пути списков, в которых поиску по нему можно верить; пусто — создавать нельзя."""

    attribute: str
    scopes: tuple[str, ...]

    @property
    def everywhere(self) -> bool:
        """Искать можно по всем проектам разом."""
        return EVERYWHERE in self.scopes

    def reaches(self, project_id: str) -> bool:
        """Задача этого проекта найдётся по ключу."""
        return self.everywhere or scope_of(project_id) in self.scopes


class Inspector:
    """Узнаёт поле при первой нужде и потом раз в полчаса. Неудачи не запоминаются."""

    def __init__(self, api: OpenProjectApi, catalogue: Catalogue, options: OpenProjectOptions, clock: Clock) -> None:
        self._api = api
        self._catalogue = catalogue
        self._options = options
        self._clock = clock
        self._lock = asyncio.Lock()
        self._known: Capabilities | None = None
        self._until = 0.0

    async def get(self) -> Capabilities:
        """Возможности экземпляра; `SystemPaused` — поля ключа нет."""
        async with self._lock:
            if self._known is None or self._clock.monotonic() >= self._until:
                self._known = await self._ask()
                self._until = self._clock.monotonic() + _FRESH.total_seconds()
            return self._known

    async def searchable(self) -> Capabilities:
        """Возможности экземпляра, на котором задачи находятся по ключу; иначе `SystemPaused`."""
        capabilities = await self.get()
        if not capabilities.scopes:
            self.forget()  # the administrator may mend the field at any moment
            raise SystemPaused(
                f"OpenProject: по полю «{self._options.key_field}» нельзя искать.",
                remedy="включите у поля «Используется как фильтр» и «Для всех проектов» (или включите поле в проекте): "
                "без поиска по ключу задачи задвоились бы, поэтому они не создаются.",
            )
        return capabilities

    def forget(self) -> None:
        """Экземпляр повёл себя не так, как узнано: спросить снова."""
        self._known = None

    async def _ask(self) -> Capabilities:
        projects = [await self._project(name) for name in self._options.projects]
        found = await self._field(projects)
        if await self._respected(EVERYWHERE, found.attribute):
            return Capabilities(found.attribute, (EVERYWHERE,))
        scopes = [scope_of(project.id) for project in projects]
        kept = [scope for scope in scopes if await self._respected(scope, found.attribute)]
        return Capabilities(found.attribute, tuple(kept))

    async def _project(self, name: str) -> Project:
        try:
            return await self._catalogue.project(name)
        except Reject as error:
            raise SystemPaused(
                str(error).partition(" Что делать:")[0],
                remedy="проверьте OPENPROJECT_DEFAULT_PROJECT_ID и OPENPROJECT_PROJECTS.",
            ) from None

    async def _field(self, projects: Iterable[Project]) -> Property:
        for project in projects:
            default = await self._catalogue.form(project.id)
            for kind in [default.type_id, *(each.id for each in default.options("type"))]:
                form = default if kind == default.type_id else await self._catalogue.form(project.id, kind)
                named = form.named(self._options.key_field)
                if named:
                    return self._checked(named)
        raise SystemPaused(
            f"OpenProject: поля «{self._options.key_field}» нет ни у одного типа в проектах установки.",
            remedy="создайте у рабочих пакетов поле этого имени (тип «Текст», одна строка), включите его у типов и "
            "в проектах, отметьте «Используется как фильтр» и «Для всех проектов».",
        )

    def _checked(self, named: list[Property]) -> Property:
        if len(named) > 1 or named[0].kind != "String":
            raise SystemPaused(
                f"OpenProject: поле «{self._options.key_field}» не одно или не строка.",
                remedy="оставьте одно строковое поле с этим именем или укажите другое в OPENPROJECT_KEY_FIELD.",
            )
        return named[0]

    async def _respected(self, scope: str, attribute: str) -> bool:
        """Фильтр есть и действует: по случайному ключу не найдено ничего."""
        asked = query({attribute: ("=", [f"exch-selftest-{uuid4()}"])}, size=1)
        answer = await self._api.ask("GET", scope, intent=Intent.READ, query=asked)
        if not isinstance(answer, Fault):
            return elements(answer) == []
        if answer.status == _BAD_QUERY and verdict(answer) is Verdict.PERMANENT:
            return False
        raise query_error(answer, f"GET {scope}")
