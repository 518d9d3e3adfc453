"""Здоровье по HTTP: /health/live — процесс жив, /health/ready — все части работают, /metrics — числа для Prometheus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from exchanger.telemetry.health import Health
from exchanger.web.site import open_site


def application(health: Health, metrics: Callable[[], bytes] | None = None) -> web.Application:
    """Приложение здоровья; без `metrics` страницы чисел нет."""

    async def live(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def ready(_: web.Request) -> web.Response:
        body = {"status": "ok" if health.ready else "not ready", "parts": health.report()}
        return web.json_response(body, status=200 if health.ready else 503)

    app = web.Application(client_max_size=16_384)
    app.add_routes([web.get("/health/live", live), web.get("/health/ready", ready)])
    if metrics is not None:
        app.router.add_get("/metrics", _numbers(metrics))
    return app


def _numbers(metrics: Callable[[], bytes]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def numbers(_: web.Request) -> web.Response:
        return web.Response(body=metrics(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return numbers


def serve(health: Health, port: int, metrics: Callable[[], bytes] | None = None) -> AbstractAsyncContextManager[str]:
    """Открыть страницы только для этой машины; возвращает адрес. `OSError` — порт занят."""
    return open_site(application(health, metrics), port, "127.0.0.1")
