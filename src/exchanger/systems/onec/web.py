"""Вход в базу: Basic в UTF-8 (cp1251 на IIS даёт 401) и общее для обоих профилей соединение."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from exchanger.connect import Http, HttpOptions, Limiter
from exchanger.systems.onec.settings import OnecOptions
from exchanger.telemetry.redact import register_secret


def basic(username: str, password: str) -> str:
    """Заголовок Authorization."""
    packed = base64.b64encode(f"{username}:{password}".encode()).decode()
    register_secret(packed)
    return f"Basic {packed}"


def http_options(options: OnecOptions) -> HttpOptions:
    """Как говорить с базой. Печенья не хранятся: сеансами базы распоряжается аренда, один сеанс двоих не обслужит."""
    headers = {"Accept": "application/json", "Authorization": basic(options.username, options.password)}
    return HttpOptions(name="1С", timeout=options.timeout, tls=options.tls, headers=headers, cookies=False)


@asynccontextmanager
async def connected(options: OnecOptions, limiter: Limiter) -> AsyncIterator[Http]:
    """Клиент HTTP базы."""
    async with Http(http_options(options), limiter) as http:
        yield http
