"""Виды отказов в действии: у каждого своя короткая пьеса из слов обмена."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web

from exchanger.testing.proxy.background import Background
from exchanger.testing.proxy.call import HttpAnswer
from exchanger.testing.proxy.exchange import Exchange
from exchanger.testing.proxy.fault import FaultKind, HttpFault

Sleep = Callable[[float], Awaitable[None]]


class Acts:
    """Исполнитель отказов. `sleep` — часы прокси: в тестах их можно вести вручную."""

    def __init__(self, background: Background, sleep: Sleep) -> None:
        self._background = background
        self._sleep = sleep
        self._acts = {
            FaultKind.CUT_BEFORE: self._cut_before,
            FaultKind.CUT_AFTER: self._cut_after,
            FaultKind.DELAY_AFTER: self._delay_after,
            FaultKind.SILENT_BEFORE: self._silent_before,
            FaultKind.SILENT_AFTER: self._silent_after,
            FaultKind.DRIP: self._drip,
            FaultKind.ANSWER_BEFORE: self._answer_before,
            FaultKind.ANSWER_AFTER: self._answer_after,
            FaultKind.LATE: self._late,
            FaultKind.DUPLICATE: self._duplicate,
        }

    async def play(self, exchange: Exchange, fault: HttpFault | None, *, keep_upstream: bool) -> web.StreamResponse:
        """Провести обмен: прозрачно или с отказом."""
        if fault is not None and fault.kind is not FaultKind.DELAY_BEFORE:
            return await self._acts[fault.kind](exchange, fault)
        delay = fault.seconds if fault else 0.0
        if keep_upstream:
            return await exchange.reply(await self._background.finish(self._forward_later(exchange, delay)))
        await self._pause(delay)
        return await exchange.stream()

    async def _handled(self, exchange: Exchange) -> HttpAnswer | None:
        """Исполнить до конца, даже если клиент уже ушёл."""
        return await self._background.finish(exchange.forward())

    async def _forward_later(self, exchange: Exchange, seconds: float) -> HttpAnswer | None:
        await self._pause(seconds)
        return await exchange.forward()

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            await self._sleep(seconds)

    async def _cut_before(self, exchange: Exchange, _fault: HttpFault) -> web.StreamResponse:
        return exchange.cut()

    async def _cut_after(self, exchange: Exchange, _fault: HttpFault) -> web.StreamResponse:
        await self._handled(exchange)
        return exchange.cut()

    async def _delay_after(self, exchange: Exchange, fault: HttpFault) -> web.StreamResponse:
        answer = await self._handled(exchange)
        await self._pause(fault.seconds)
        return await exchange.reply(answer)

    async def _silent_before(self, exchange: Exchange, _fault: HttpFault) -> web.StreamResponse:
        await asyncio.Event().wait()  # until the client or the proxy goes away
        return exchange.cut()

    async def _silent_after(self, exchange: Exchange, fault: HttpFault) -> web.StreamResponse:
        await self._handled(exchange)
        return await self._silent_before(exchange, fault)

    async def _drip(self, exchange: Exchange, fault: HttpFault) -> web.StreamResponse:
        return await exchange.drip(await self._handled(exchange), lambda: self._pause(fault.seconds))

    async def _answer_before(self, exchange: Exchange, fault: HttpFault) -> web.StreamResponse:
        return await exchange.reply(fault.answer)

    async def _answer_after(self, exchange: Exchange, fault: HttpFault) -> web.StreamResponse:
        await self._handled(exchange)
        return await exchange.reply(fault.answer)

    async def _late(self, exchange: Exchange, fault: HttpFault) -> web.StreamResponse:
        self._background.start(self._forward_later(exchange, fault.seconds))
        return exchange.cut()

    async def _duplicate(self, exchange: Exchange, _fault: HttpFault) -> web.StreamResponse:
        return await exchange.reply(await self._background.finish(_twice(exchange)))


async def _twice(exchange: Exchange) -> HttpAnswer | None:
    await exchange.forward()
    return await exchange.forward()
