"""Экземпляр OpenProject, готовый к работе: клиент и всё, что о нём узнано. Это клиент системы для её операций."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from exchanger.connect import Http, HttpOptions, Limiter, Limits
from exchanger.domain.errors import ConfigError
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef, Snapshot
from exchanger.ports import Clock
from exchanger.systems.openproject.api import OpenProjectApi
from exchanger.systems.openproject.attachments import Attachments
from exchanger.systems.openproject.capabilities import Capabilities, Inspector
from exchanger.systems.openproject.card import Cards
from exchanger.systems.openproject.catalogue import Catalogue
from exchanger.systems.openproject.comments import Comments
from exchanger.systems.openproject.ending import Endings
from exchanger.systems.openproject.finder import Finder
from exchanger.systems.openproject.key_proof import KeyProof
from exchanger.systems.openproject.login import KeyLogin, Login, OAuthLogin
from exchanger.systems.openproject.people import People
from exchanger.systems.openproject.reopening import Reopening
from exchanger.systems.openproject.settings import ApiKey, OpenProjectOptions, Site
from exchanger.systems.openproject.touches import Touches


@dataclass(frozen=True, slots=True)
class Search:
    """Поиск и чтение с тем, что узнано об экземпляре сейчас."""

    api: OpenProjectApi
    catalogue: Catalogue
    options: OpenProjectOptions
    inspector: Inspector

    def finder(self, capabilities: Capabilities) -> Finder:
        """Поиск при известном поле ключа."""
        return Finder(self.api, self.catalogue, self.options, capabilities)

    async def by_key(self, key: Key) -> list[Snapshot]:
        """Задачи одного ключа."""
        return await self.finder(await self.inspector.searchable()).by_keys([key])

    async def by_ref(self, ref: ObjectRef) -> list[Snapshot]:
        """Задача по номеру."""
        return await self.finder(await self.inspector.get()).by_refs([ref])


@dataclass(frozen=True, slots=True)
class Desk:
    """Части клиента одного экземпляра."""

    options: OpenProjectOptions
    search: Search
    proof: KeyProof
    cards: Cards
    touches: Touches
    attachments: Attachments
    comments: Comments
    reopening: Reopening
    endings: Endings

    @property
    def api(self) -> OpenProjectApi:
        """Запросы."""
        return self.search.api

    @property
    def catalogue(self) -> Catalogue:
        """Справочники."""
        return self.search.catalogue

    @property
    def inspector(self) -> Inspector:
        """Что узнано о поле ключа."""
        return self.search.inspector


def limits(options: OpenProjectOptions) -> Limits:
    """Пределы клиента."""
    return Limits(per_second=options.requests_per_second, burst=options.burst)


@asynccontextmanager
async def open_desk(options: OpenProjectOptions, limiter: Limiter, clock: Clock) -> AsyncIterator[Desk]:
    """Открыть клиента; к экземпляру не обращается."""
    async with Http(HttpOptions(name="OpenProject", timeout=options.timeout, tls=options.tls), limiter) as http:
        yield desk_on(http, options, clock)


def desk_on(http: Http, options: OpenProjectOptions, clock: Clock) -> Desk:
    """Клиент поверх этого соединения."""
    if not options.projects:
        raise ConfigError("OPENPROJECT_DEFAULT_PROJECT_ID не задан.", remedy="укажите номер или идентификатор проекта.")
    site = Site.parse(options.url)
    login: Login = (
        KeyLogin(options.login) if isinstance(options.login, ApiKey) else OAuthLogin(options.login, site, http, clock)
    )
    api = OpenProjectApi(site, login, http, clock)
    catalogue, people = Catalogue(api, clock), People(api, clock)
    comments = Comments(api, notify=options.notify)
    search = Search(api, catalogue, options, Inspector(api, catalogue, options, clock))
    return Desk(
        options=options,
        search=search,
        proof=KeyProof(clock, search.by_key, search.by_ref),
        cards=Cards(api, catalogue, people, options),
        touches=Touches(api, catalogue, people, comments),
        attachments=Attachments(api, catalogue, (options.link_base or api.site.base).rstrip("/")),
        comments=comments,
        reopening=Reopening(api, catalogue, comments, options.refused_statuses),
        endings=Endings(api, catalogue, comments, options.refused_statuses),
    )
