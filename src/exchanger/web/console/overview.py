"""Обзор установки: то же, что собирает `exchanger status`, по системам, с паузами и здоровьем служб."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from exchanger.connect import Severity
from exchanger.domain.errors import ExchangerError
from exchanger.engine.survey import TaskState
from exchanger.ops.pause import Standing, open_switchboard
from exchanger.ops.status import PATIENCE, Status, look
from exchanger.settings import Settings
from exchanger.telemetry.redact import error_text
from exchanger.web.console.health_pages import ServiceSaid, ask_services


@dataclass(frozen=True, slots=True)
class SystemLine:
    """Система: сколько задач в каждом состоянии и когда создана старшая из ждущих; None — узнать не удалось."""

    name: str
    counts: Counter[TaskState] | None
    oldest: datetime | None
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Overview:
    """Всё для страницы обзора; `silent` — кто не ответил и почему."""

    status: Status
    systems: tuple[SystemLine, ...]
    services: tuple[ServiceSaid, ...]
    silent: tuple[str, ...] = ()


async def gather(settings: Settings) -> Overview:
    """Спросить всё разом; недоступная часть названа и остальных не прячет."""
    status, (standings, silent), services = await asyncio.gather(
        look(settings), _standings(settings), ask_services(_ports(settings))
    )
    return Overview(status, tuple(_lines(settings.installation.systems, status, standings)), services, silent)


def _ports(settings: Settings) -> tuple[int, ...]:
    own = settings.metrics.listen_on
    return settings.console.health_ports or (() if own is None else (own,))


async def _standings(settings: Settings) -> tuple[dict[str, Standing], tuple[str, ...]]:
    try:
        async with asyncio.timeout(PATIENCE), open_switchboard(settings) as board:
            return {each.system: each for each in await board.look()}, ()
    except (ExchangerError, TimeoutError) as error:
        return {}, (f"паузы: {error_text(error)}",)


def _lines(systems: Iterable[str], status: Status, standings: dict[str, Standing]) -> Iterable[SystemLine]:
    answered = any(light.part == "движок" and light.severity is Severity.OK for light in status.lights)
    for name in systems:
        topics = [topic for topic in status.topics if topic.system == name and topic.served]
        counts = sum((Counter(topic.counts) for topic in topics), Counter[TaskState]())
        oldest = min((topic.oldest for topic in topics if topic.oldest is not None), default=None)
        yield SystemLine(name, counts if answered else None, oldest, standings.get(name))
