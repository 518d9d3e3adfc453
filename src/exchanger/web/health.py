"""Здоровье по HTTP: /health/live — процесс жив, /health/ready — все части работают."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager

from aiohttp import web

from exchanger.telemetry.health import Health
from exchanger.web.site import open_site


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


def serve(health: Health, port: int, host: str = "127.0.0.1") -> AbstractAsyncContextManager[str]:
    """Открыть страницу здоровья на этой машине; возвращает адрес."""
    return open_site(application(health), port, host)
