"""Служба console: веб-консоль установки."""

from __future__ import annotations

from contextlib import AsyncExitStack

from exchanger.cli.serving import stop_on_signals, until_stopped
from exchanger.domain.errors import ConfigError
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.log import log
from exchanger.web.console.desk import Desk
from exchanger.web.console.site import console
from exchanger.web.site import open_site


async def serve_console(settings: Settings) -> None:
    """Открыть консоль и работать, пока не остановят. `ConfigError` — порт занят или адрес без входа."""
    host, port = settings.console.listen_on(settings.installation.environment)
    stop, clock = stop_on_signals(), SystemClock()
    async with AsyncExitStack() as stack:
        app = console(settings, Desk(settings, clock), clock)
        try:
            address = await stack.enter_async_context(open_site(app, port, host))
        except OSError as error:
            raise ConfigError(
                f"Консоль не открыта на {host}:{port}: {error.strerror}.",
                remedy="задайте другой EXCHANGER_CONSOLE_PORT или исправьте EXCHANGER_CONSOLE_HOST.",
            ) from error
        log.info("службы запущены", services="console", address=address, entry=settings.console.password is not None)
        await until_stopped([], lambda: f"консоль открыта: {address}", stop)
    log.info("остановлено")
