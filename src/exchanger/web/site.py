"""Открытие приложения HTTP на порту."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

MOST = 200
"""Соединений разом, лишнее закрывается сразу: порт открывает и сама служба, и дескрипторы нужны ей для работы."""

IDLE = 75.0
"""Секунд на первые заголовки и на следующие; больше минуты, сколько держит соединение обычный прокси."""

_LAST_ANSWERS = 5.0
"""Секунд при остановке на запросы в работе: systemd ждёт службу недолго."""


@asynccontextmanager
async def open_site(app: web.Application, port: int, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Открыть приложение; возвращает адрес. Порт 0 — любой свободный."""
    runner = web.AppRunner(
        app, access_log=None, logger=_server_log(), shutdown_timeout=_LAST_ANSWERS, keepalive_timeout=IDLE
    )
    await runner.setup()
    try:
        assert runner.server is not None  # set up above
        server = await asyncio.get_running_loop().create_server(partial(_admitted, runner.server), host, port)
        try:
            yield f"http://{host}:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
    finally:
        await runner.cleanup()


def _server_log() -> logging.Logger:
    """Without what only a sender can mend: the broken body of a stranger, refused already, fills no log."""
    log = logging.getLogger("aiohttp.server.exchanger")
    log.addFilter(_is_ours)
    return log


def _is_ours(record: logging.LogRecord) -> bool:
    return record.exc_info is None or not isinstance(record.exc_info[1], web.RequestPayloadError)


def _admitted(server: web.Server) -> asyncio.BaseProtocol:
    # A burst may pass a little over the limit: connections are counted only once they are made.
    return server() if len(server.connections) < MOST else _Turned()


class _Turned(asyncio.Protocol):
    """One too many: aiohttp itself has no limit of connections."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()
