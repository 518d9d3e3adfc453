"""Пределы системы: сколько запросов в секунду, каким залпом и сколько сразу."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiolimiter import AsyncLimiter


@dataclass(frozen=True, slots=True)
class Limits:
    """`per_second` — устойчивая скорость, `burst` — залп, `at_once` — одновременных запросов."""

    per_second: float = 10.0
    burst: float = 10.0
    at_once: int = 8


class Limiter:
    """Дырявое ведро и счётчик одновременных запросов, общие для всех операций системы."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._bucket = AsyncLimiter(limits.burst, limits.burst / limits.per_second)
        self._slots = asyncio.Semaphore(limits.at_once)
        self.spent = 0

    @property
    def left(self) -> int:
        """Сколько запросов ушло бы сейчас без ожидания предела; только внутри цикла событий."""
        return next((count for count in range(int(self.limits.burst), 0, -1) if self._bucket.has_capacity(count)), 0)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Дождаться права на один запрос и занять место на время его выполнения."""
        async with self._slots:
            await self._bucket.acquire()
            self.spent += 1
            yield
