"""Вызов HTTP: любой REST из диаграммы, но лишь к разрешённым узлам. Обещание BLIND: что делает POST, знает узел."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from exchanger.connect import BLIND, Http, HttpOptions, Limiter, Limits, System
from exchanger.domain.key import Key
from exchanger.domain.task import Order
from exchanger.domain.variables import PlainValue
from exchanger.ports import Clock
from exchanger.systems.python.web.answer import variables_from
from exchanger.systems.python.web.request import HttpCall, prepared
from exchanger.systems.python.web.settings import WebOptions
from exchanger.systems.python.web.site import Site

__all__ = ["WEB", "WebOptions"]


@asynccontextmanager
async def _open(options: WebOptions, limiter: Limiter, _clock: Clock) -> AsyncIterator[Site]:
    async with Http(HttpOptions(name="Вызов HTTP", timeout=options.timeout, tls=options.tls), limiter) as http:
        yield Site(options, http)


WEB: System[WebOptions, Site] = System(
    "http", client=_open, limits=lambda _options: Limits(per_second=20, burst=20, at_once=8)
)


@WEB.call("python", promise=BLIND)
async def http_call(call: HttpCall, site: Site, key: Key, order: Order) -> dict[str, PlainValue]:
    """Выполнить запрос; коды 4xx — BPMN-ошибки HTTP_404 и подобные. Возвращает код и тело или выбранные поля."""
    request = prepared(call, order.variables, site.options, key)
    return variables_from(call, await site.ask(request))
