"""Автомат системы: пока она не принимает никого, её не спрашивают и попыток не тратят."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from exchanger.domain.policy import Backoff
from exchanger.ports import Clock
from exchanger.telemetry.log import log

_PROBES = Backoff(first=timedelta(seconds=1), factor=2.0, most=timedelta(seconds=60))


class Circuit:
    """Разомкнут = система на паузе. Говорит в журнал один раз, когда она остановилась, и один раз, когда вернулась.

    После паузы пропускает пробу: `closed()` возвращается, и первый же удачный ответ (`succeeded`) замыкает автомат,
    а новый отказ (`opened`) продлевает паузу.
    """

    def __init__(self, system: str, clock: Clock) -> None:
        self._system = system
        self._clock = clock
        self._reason = ""
        self._failures = 0
        self._retry_at = 0.0
        self._changed = asyncio.Event()

    @property
    def is_open(self) -> bool:
        """Система на паузе."""
        return bool(self._reason)

    @property
    def reason(self) -> str:
        """Почему система на паузе; «» — работает."""
        return self._reason

    async def broken(self) -> None:
        """Дождаться, пока автомат разомкнётся (сразу, если он разомкнут и пробовать рано)."""
        while not self._reason or self._retry_at <= self._clock.monotonic():
            await self._changed.wait()

    def opened(self, reason: str, after: timedelta | None = None) -> None:
        """Система отказала всем: ждать `after` или всё дольше с каждым отказом подряд."""
        if not self._reason:
            log.error("система не отвечает, работа с ней остановлена", system=self._system, reason=reason)
        self._reason = reason
        pause = after or _PROBES.delay(self._failures)
        self._failures += 1
        self._retry_at = max(self._retry_at, self._clock.monotonic() + pause.total_seconds())
        self._notify()

    def succeeded(self) -> None:
        """Система ответила: работа продолжается."""
        if not self._reason:
            return
        log.info("система снова отвечает, работа продолжена", system=self._system, failures=self._failures)
        self._reason, self._failures, self._retry_at = "", 0, 0.0
        self._notify()

    async def closed(self) -> None:
        """Дождаться, пока систему снова можно спросить (замкнут или пора пробовать)."""
        while (left := self._retry_at - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)

    def _notify(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
