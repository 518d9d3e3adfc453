"""Один обмен: запрос клиента, обращения к серверу, ответ клиенту."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import ClientError, web

from exchanger.testing.proxy.call import Headers, HttpAnswer, HttpCall, end_to_end
from exchanger.testing.proxy.journal import Entry
from exchanger.testing.proxy.upstream import Upstream

BROKEN = (ClientError, OSError)


class Mirror(web.StreamResponse):
    """Ответ с заголовками сервера и только с ними."""

    def __init__(self, status: int, reason: str | None, headers: Headers) -> None:
        super().__init__(status=status, reason=reason, headers=headers)
        self.original = frozenset(name.lower() for name in headers)


async def strip_added(_request: web.Request, response: web.StreamResponse) -> None:
    """Убрать заголовки, которые aiohttp добавил от себя (сигнал on_response_prepare)."""
    if isinstance(response, Mirror):
        for name in ("Content-Type", "Date", "Server"):
            if name.lower() not in response.original:
                response.headers.popall(name, None)


class Exchange:
    """Обмен глазами отказа: передать, отдать, оборвать."""

    def __init__(self, request: web.Request, call: HttpCall, upstream: Upstream, entry: Entry) -> None:
        self._request = request
        self._call = call
        self._upstream = upstream
        self._entry = entry

    async def forward(self) -> HttpAnswer | None:
        """Передать запрос и получить ответ целиком; None — сервер не ответил."""
        self._entry.forwarded()
        try:
            async with self._upstream.send(self._call) as response:
                body = await response.read()
        except BROKEN as broken:
            self._entry.failed(f"{type(broken).__name__}: {broken}")
            return None
        self._entry.answered(response.status)
        return HttpAnswer(response.status, response.reason, end_to_end(response.headers), body)

    async def stream(self) -> web.StreamResponse:
        """Передать запрос и отдавать ответ по мере прихода; клиент ушёл — обращение к серверу прервано."""
        self._entry.forwarded()
        try:
            async with self._upstream.send(self._call) as response:
                self._entry.answered(response.status)
                mirror = Mirror(response.status, response.reason, end_to_end(response.headers))
                await self._start(mirror)
                async for piece in response.content.iter_any():
                    await mirror.write(piece)
        except BROKEN as broken:
            self._entry.failed(f"{type(broken).__name__}: {broken}")
            return self.cut()
        await mirror.write_eof()
        return mirror

    async def reply(self, answer: HttpAnswer | None) -> web.StreamResponse:
        """Отдать готовый ответ; None — оборвать, как сделал сервер."""
        if answer is None:
            return self.cut()
        mirror = Mirror(answer.status, answer.reason, answer.headers)
        await self._start(mirror)
        await mirror.write(answer.body)
        await mirror.write_eof()
        return mirror

    async def drip(self, answer: HttpAnswer | None, pause: Callable[[], Awaitable[None]]) -> web.StreamResponse:
        """Отдать готовый ответ по байту с паузой после каждого."""
        if answer is None:
            return self.cut()
        mirror = Mirror(answer.status, answer.reason, answer.headers)
        await self._start(mirror)
        for byte in answer.body:
            await mirror.write(bytes((byte,)))
            await pause()
        await mirror.write_eof()
        return mirror

    def cut(self) -> web.StreamResponse:
        """Закрыть соединение клиента; возвращённое aiohttp отдать уже некому."""
        if self._request.transport is not None:
            self._request.transport.abort()
        return web.Response()

    async def _start(self, mirror: Mirror) -> None:
        await mirror.prepare(self._request)
        self._entry.returned(mirror.status)
