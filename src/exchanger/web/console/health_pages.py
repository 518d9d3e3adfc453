"""Что говорят о себе службы этой машины: их страницы здоровья, только 127.0.0.1."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import aiohttp

from exchanger.telemetry.redact import error_text

_PATIENCE = aiohttp.ClientTimeout(total=3)
_LARGEST = 256 * 1024
_NOT_HEALTH = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


@dataclass(frozen=True, slots=True)
class PartSaid:
    """Часть службы: состояние словом здоровья, причина, с какого времени."""

    name: str
    condition: str
    reason: str
    since: str


@dataclass(frozen=True, slots=True)
class ServiceSaid:
    """Служба на порту: её части; `silent` — почему не ответила."""

    port: int
    parts: tuple[PartSaid, ...] = ()
    silent: str = ""


async def ask_services(ports: Iterable[int]) -> tuple[ServiceSaid, ...]:
    """Спросить каждую; молчание одной другим не мешает."""
    async with aiohttp.ClientSession(timeout=_PATIENCE) as http:
        return tuple(await asyncio.gather(*(_ask(http, port) for port in ports)))


async def _ask(http: aiohttp.ClientSession, port: int) -> ServiceSaid:
    try:
        async with http.get(f"http://127.0.0.1:{port}/health/ready", allow_redirects=False) as answer:
            body = json.loads(await _bounded(answer.content))
        return ServiceSaid(port, tuple(_part(name, said) for name, said in sorted(body["parts"].items())))
    except (aiohttp.ClientError, TimeoutError, *_NOT_HEALTH) as error:
        return ServiceSaid(port, silent=error_text(error))


async def _bounded(content: aiohttp.StreamReader) -> bytes:
    body = b""
    async for chunk in content.iter_chunked(16_384):
        body += chunk
        if len(body) > _LARGEST:
            raise ValueError("ответ слишком велик для страницы здоровья")
    return body


def _part(name: str, said: Any) -> PartSaid:
    return PartSaid(name, str(said["condition"]), str(said["reason"]), str(said["since"]))
