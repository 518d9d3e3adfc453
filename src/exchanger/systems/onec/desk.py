"""База 1С, готовая к работе: хранилище выбранного профиля и правила. Это клиент системы для её операций."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from exchanger.connect import Finding, Limiter, Limits, Severity
from exchanger.domain.errors import ConfigError
from exchanger.ports import Clock
from exchanger.systems.onec.odata.api import ODataApi
from exchanger.systems.onec.odata.sessions import Leases
from exchanger.systems.onec.odata.store import ODataStore
from exchanger.systems.onec.people import People
from exchanger.systems.onec.service.api import ServiceApi
from exchanger.systems.onec.service.store import ServiceStore
from exchanger.systems.onec.settings import KeyScheme, OnecOptions, Profile
from exchanger.systems.onec.store import Store
from exchanger.systems.onec.web import connected

_PER_SECOND = 50.0  # the real limit is the number of requests at once: each takes a session


@dataclass(frozen=True, slots=True)
class Desk:
    """Части клиента одной базы."""

    options: OnecOptions
    store: Store
    people: People
    clock: Clock


def limits(options: OnecOptions) -> Limits:
    """Пределы клиента."""
    return Limits(per_second=_PER_SECOND, burst=_PER_SECOND, at_once=options.at_once)


def require_key_field(options: OnecOptions) -> None:
    """`ConfigError` — ключ ищется по реквизиту, а реквизит не назван."""
    if options.profile is Profile.ODATA and options.scheme is KeyScheme.MARKER and not options.key_field:
        raise ConfigError(
            "ONEC_KEY=marker, а ONEC_KEY_FIELD не задан.", remedy="назовите строковый реквизит, в котором лежит ключ."
        )


@asynccontextmanager
async def open_desk(options: OnecOptions, limiter: Limiter, clock: Clock) -> AsyncIterator[Desk]:
    """Открыть клиента; к базе не обращается. Сеансы базы завершаются на выходе."""
    require_key_field(options)
    base = options.base
    async with connected(options, limiter) as http:
        if options.profile is Profile.SERVICE:
            yield _desk(ServiceStore(ServiceApi(base, http), options, clock), options, clock)
            return
        api = ODataApi(base, http, Leases(enabled=options.sessions))
        try:
            yield _desk(ODataStore(api, options, clock), options, clock)
        finally:
            await api.close()


def _desk(store: Store, options: OnecOptions, clock: Clock) -> Desk:
    return Desk(options, store, People(store, options, clock), clock)


async def check(desk: Desk) -> list[Finding]:
    """Самопроверка для doctor."""
    findings = await desk.store.check()
    if not desk.options.base.startswith("https:"):
        findings.append(
            Finding(Severity.WARNING, "1С открыта без TLS (http).", "так допустимо только внутри своей сети.")
        )
    return findings
