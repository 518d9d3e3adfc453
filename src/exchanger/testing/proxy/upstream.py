"""Клиент прокси к серверу за ним: ничего не добавляет, не раскодирует, не повторяет и не торопит."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from exchanger.testing.proxy.call import HttpCall, end_to_end

NEVER = ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None)
LONG_LINE = 1 << 20  # aiohttp's own limit of 8190 is shorter than some queries with many ids
ADDED_BY_CLIENT = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class Upstream:
    """Сервер, перед которым стоит прокси; `origin` — схема, узел и порт."""

    def __init__(self, target: str) -> None:
        self.origin = URL(target).origin()
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        # A fresh connection for each request: a stale pooled one would be a fault that nobody planned.
        self._session = ClientSession(
            connector=TCPConnector(limit=0, force_close=True),
            cookie_jar=DummyCookieJar(),
            auto_decompress=False,
            timeout=NEVER,
            skip_auto_headers=ADDED_BY_CLIENT,
            max_line_size=LONG_LINE,
            max_field_size=LONG_LINE,
        )
        # aiohttp quietly sends GET, PUT and DELETE again after a disconnect; the proxy must not double anything.
        self._session._retry_connection = False  # noqa: SLF001  aiohttp's own TestClient does the same, no public switch
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._session is not None
        await self._session.close()

    @asynccontextmanager
    async def send(self, call: HttpCall) -> AsyncIterator[ClientResponse]:
        """Передать запрос; внутри контекста тело ответа читается по мере прихода."""
        assert self._session is not None
        headers = end_to_end(call.headers)
        url = URL(f"{self.origin}{call.target}", encoded=True)
        async with self._session.request(
            call.method, url, headers=headers, data=call.body or None, allow_redirects=False
        ) as response:
            yield response
