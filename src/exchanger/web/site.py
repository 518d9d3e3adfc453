"""Открытие приложения HTTP на порту."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

_LAST_ANSWERS = 5.0
"""Секунд при остановке на запросы в работе: systemd ждёт службу недолго."""


@asynccontextmanager
async def open_site(app: web.Application, port: int, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Открыть приложение; возвращает адрес. Порт 0 — любой свободный."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_LAST_ANSWERS)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
