"""Ответ, который помнится недолго: сколько бы страниц ни открыли разом, части спрашивают один раз."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from exchanger.domain.errors import ExchangerError, Retry
from exchanger.ports import Clock
from exchanger.telemetry.log import log

T = TypeVar("T")

FRESH = 20.0
"""Секунд ответ считается свежим."""

PATIENCE = 45.0
"""Секунд на один ответ."""


class AlreadyTold(Exception):
    """Вопрос сломался, и в журнале это уже есть: второй раз не пишется."""


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """Ответ и когда он получен; `error` — вместо него отказ."""

    at: datetime
    value: T | None = None
    error: ExchangerError | None = None


class Remembered(Generic[T]):
    """Вопрос и последний ответ на него."""

    def __init__(self, ask: Callable[[], Awaitable[T]], clock: Clock) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = asyncio.Lock()
        self._known: Known[T] | AlreadyTold | None = None
        self._until = 0.0

    async def get(self) -> Known[T]:
        """Свежий ответ; отказ и поломка (`AlreadyTold`) тоже помнятся: лежащую часть не спрашивает каждая страница."""
        async with self._lock:
            if self._known is None or self._clock.monotonic() >= self._until:
                self._known = await self._asked()
                self._until = self._clock.monotonic() + FRESH
            if isinstance(self._known, AlreadyTold):
                raise self._known.with_traceback(None)  # each raise would lengthen it
            return self._known

    async def _asked(self) -> Known[T] | AlreadyTold:
        try:
            value = await patiently(self._ask)
        except ExchangerError as error:
            return Known(self._clock.now(), error=error)
        except Exception as error:  # noqa: BLE001 - whoever waits would ask the broken again, one after another
            log.opt(exception=error).error("вопрос консоли сломался")
            return AlreadyTold()
        return Known(self._clock.now(), value)


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ответ за `PATIENCE` секунд; позже — Retry."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await ask()
    except TimeoutError:
        raise Retry(f"Нет ответа за {PATIENCE:g} с.", remedy="посмотрите, кто молчит: exchanger doctor.") from None
