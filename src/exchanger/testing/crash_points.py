"""Точки отказа: именованные швы на границе каждого шага каждой роли.

Роли о них не знают: швы стоят в обёртках портов, которые надевает только проверка (`crash_points_ports.py`).
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from pathlib import Path

from exchanger.domain.errors import ConfigError

CRASH_AT = "EXCHANGER_TEST_CRASH_AT"
CRASH_HOW = "EXCHANGER_TEST_CRASH_HOW"
CRASH_FILE = "EXCHANGER_TEST_CRASH_FILE"

_LOOK = 0.02


class CrashPoint(StrEnum):
    """Шов: роль и то, что она только что сделала или сейчас сделает."""

    FETCHED = "worker:fetched"
    ORDERED = "worker:order-published"
    SEARCHING = "creator:before-search"
    CREATING = "creator:before-create"
    CREATED = "creator:created"
    FINISHED = "creator:finished"
    RECEIPTED = "creator:receipt-published"
    MARKED = "tracker:marked"
    NOTED = "tracker:noted"
    ANSWERED = "tracker:answer-published"
    SETTLING = "responder:before-settle"
    SETTLED = "responder:settled"
    COPIED = "responder:copy-published"

    @property
    def role(self) -> str:
        """Роль, которой принадлежит шов."""
        return self.value.partition(":")[0]


class CrashHow(StrEnum):
    """Что случается с процессом в точке."""

    KILL = "kill"
    """SIGKILL самому себе."""
    FREEZE = "freeze"
    """SIGSTOP самому себе: дальше процесс идёт, когда его разбудят (SIGCONT)."""
    HOLD = "hold"
    """Создать файл и ждать, пока проверка его не удалит: за это время она рвёт связь."""


Strike = Callable[[], Awaitable[None]]


class Crash:
    """Одна точка, один раз: когда до неё дошли, выполняется `strike` (он может и бросить)."""

    def __init__(self, point: CrashPoint, strike: Strike) -> None:
        self.point = point
        self.struck = False
        self._strike = strike

    async def reached(self, point: CrashPoint) -> None:
        """Роль дошла до этого шва."""
        if point is self.point and not self.struck:
            self.struck = True
            await self._strike()


def crash_of(environ: Mapping[str, str]) -> Crash | None:
    """Точка отказа процесса по окружению; None — её не просили."""
    at = environ.get(CRASH_AT)
    if not at:
        return None
    try:
        how = CrashHow(environ.get(CRASH_HOW, CrashHow.KILL))
        return Crash(CrashPoint(at), _strike(how, environ.get(CRASH_FILE, "")))
    except ValueError as error:
        raise ConfigError(
            f"Точка отказа не понята: {error}.",
            remedy=f"{CRASH_AT}: {', '.join(CrashPoint)}; {CRASH_HOW}: {', '.join(CrashHow)}.",
        ) from error


def _strike(how: CrashHow, file: str) -> Strike:
    if how is CrashHow.HOLD:
        if not file:
            raise ValueError(f"{CRASH_FILE} не задан")
        return lambda: _hold(Path(file))
    return lambda: _signal(signal.SIGKILL if how is CrashHow.KILL else signal.SIGSTOP)


async def _signal(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


async def _hold(file: Path) -> None:
    # The other side is another process: a file has no event, and touching one takes no time.
    file.touch()  # noqa: ASYNC240 - see above
    while file.exists():  # noqa: ASYNC110, ASYNC240 - see above
        await asyncio.sleep(_LOOK)
