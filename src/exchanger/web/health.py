"""Здоровье по HTTP: /health/live — процесс жив, /health/ready — все части работают."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from exchanger.telemetry.health import Health


def application(health: Health) -> web.Application:
    """Приложение здоровья."""

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_: web.Request) -> web.Response:
        body = {"status": "ok" if health.ready else "not ready", "parts": health.report()}
        return web.json_response(body, status=200 if health.ready else 503)

    app = web.Application(client_max_size=16_384)
    app.add_routes([web.get("/health/live", live), web.get("/health/ready", ready)])
    return app


@asynccontextmanager
async def serve(health: Health, port: int, host: str = "127.0.0.1") -> AsyncIterator[str]:
    """Открыть страницу здоровья на этой машине; возвращает адрес."""
    runner = web.AppRunner(application(health), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        yield f"http://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
