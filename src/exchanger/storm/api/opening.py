"""Выбор API по тому, какие ключи заданы."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from exchanger.domain.errors import ConfigError
from exchanger.ports import Clock
from exchanger.storm.api.budget import RequestBudget, Waiting, say_nothing
from exchanger.storm.api.combined import CombinedStorm
from exchanger.storm.api.internal import InternalStorm
from exchanger.storm.api.options import StormOptions
from exchanger.storm.api.port import StormSource
from exchanger.storm.api.public import PublicStorm


@asynccontextmanager
async def open_storm(options: StormOptions, clock: Clock, waiting: Waiting = say_nothing) -> AsyncIterator[StormSource]:
    """Открыть StormBPMN: ключ — открытый API, токен — внутренний, оба — вместе, под одним счётом запросов.

    К серверу не обращается. `waiting` узнаёт о паузах, которых требует предел. Нет ни ключа, ни токена — `ConfigError`.
    """
    budget = RequestBudget(options.directory, options.base_url, options.per_minute, clock, waiting)
    public = PublicStorm(options, budget, clock)
    internal = InternalStorm(options, budget, clock)
    if options.api_key and options.bearer_token:
        async with public, internal:
            yield CombinedStorm(public, internal)
    elif options.api_key:
        async with public:
            yield public
    elif options.bearer_token:
        async with internal:
            yield internal
    else:
        raise ConfigError(
            "Нет ключа StormBPMN.",
            remedy="Задайте STORMBPMN_API_KEY (открытый API) или STORMBPMN_BEARER_TOKEN (токен из браузера).",
        )
