"""Обзор установки: то же, что собирает `exchanger status`, по системам, с паузами и здоровьем служб."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from exchanger.connect import Severity
from exchanger.domain.errors import ExchangerError
from exchanger.engine.survey import TaskState
from exchanger.ops.pause import Standing, open_switchboard
from exchanger.ops.status import PATIENCE, Status, look
from exchanger.settings import Settings
from exchanger.telemetry.health import Condition
from exchanger.telemetry.redact import error_text
from exchanger.web.console.health_pages import PartSaid, ServiceSaid, ask_services

_BAD = frozenset({Condition.DEGRADED.value, Condition.DOWN.value})
_WORSE = (Condition.UP.value, Condition.STARTING.value, Condition.DEGRADED.value, Condition.DOWN.value)


@dataclass(frozen=True, slots=True)
class SystemLine:
    """Система: сколько задач в каждом состоянии, когда создана старшая из ждущих, что остановлено и кем.

    `troubles` — её части, которые не работают: автомат, тормоз, вахта; пусто — только если ответили все службы
    и хоть одна о ней сказала. None везде значит «узнать не удалось».
    """

    name: str
    counts: Counter[TaskState] | None
    oldest: datetime | None
    standing: Standing | None
    troubles: tuple[PartSaid, ...] | None


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
    lines = (_line(name, status, standings, services) for name in settings.installation.systems)
    return Overview(status, tuple(lines), services, silent)


def _ports(settings: Settings) -> tuple[int, ...]:
    own = settings.metrics.listen_on
    return settings.console.health_ports or (() if own is None else (own,))


async def _standings(settings: Settings) -> tuple[dict[str, Standing], tuple[str, ...]]:
    try:
        async with asyncio.timeout(PATIENCE), open_switchboard(settings) as board:
            return {each.system: each for each in await board.look()}, ()
    except (ExchangerError, TimeoutError) as error:
        return {}, (f"паузы: {error_text(error)}",)


def _line(name: str, status: Status, standings: dict[str, Standing], services: tuple[ServiceSaid, ...]) -> SystemLine:
    answered = any(light.part == "движок" and light.severity is Severity.OK for light in status.lights)
    topics = [topic for topic in status.topics if topic.system == name and topic.served]
    counts = sum((Counter(topic.counts) for topic in topics), Counter[TaskState]())
    oldest = min((topic.oldest for topic in topics if topic.oldest is not None), default=None)
    return SystemLine(name, counts if answered else None, oldest, standings.get(name), _troubles(name, services))


def _troubles(system: str, services: tuple[ServiceSaid, ...]) -> tuple[PartSaid, ...] | None:
    """A system's parts are named `<part>:<system>`; its pause has a column of its own."""
    own: dict[str, PartSaid] = {}
    for part in (part for service in services for part in service.parts):
        if part.name.rpartition(":")[2] == system and not part.name.startswith("pause:"):
            own[part.name] = max(own.get(part.name, part), part, key=_badness)
    troubles = tuple(part for part in own.values() if part.condition in _BAD)
    certain = own and not any(service.silent for service in services)
    return troubles if troubles or certain else None


def _badness(part: PartSaid) -> int:
    return _WORSE.index(part.condition) if part.condition in _WORSE else 1  # a word that we do not know yet
