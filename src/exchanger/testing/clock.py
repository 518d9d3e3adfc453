"""Часы, которыми управляет тест: время стоит, пока его не сдвинут."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)
"""Начало виртуального времени: обычный понедельник, утро."""

SETTLE_TURNS = 64
"""Оборотов цикла событий после каждого пробуждения: столько переходов между задачами успевает случиться."""


class VirtualClock:
    """Часы порта `Clock`: `sleep` ждёт, пока тест не вызовет `advance`.

    Настоящий ввод-вывод за время `advance` завершиться не обязан: задачи получают обороты цикла событий, не секунды.
    """

    def __init__(self, start: datetime = START) -> None:
        if start.tzinfo is None:
            raise ValueError("VirtualClock: начало времени нужно с поясом, например datetime(..., tzinfo=UTC)")
        self._start = start.astimezone(UTC)
        self._elapsed = 0.0
        self._order = count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        """Виртуальное время, UTC, с поясом."""
        return self._start + timedelta(seconds=self._elapsed)

    def monotonic(self) -> float:
        """Секунды от начала виртуального времени."""
        return self._elapsed

    async def sleep(self, seconds: float) -> None:
        """Ждать, пока тест не сдвинет время; ноль и меньше — уступить один оборот цикла событий."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + seconds, next(self._order), waiter))
        await waiter

    @property
    def sleeping(self) -> int:
        """Сколько задач сейчас ждёт времени."""
        return sum(not waiter.done() for _, _, waiter in self._sleepers)

    async def advance(self, seconds: float) -> None:
        """Сдвинуть время: спящие просыпаются по очереди сроков, каждый видит своё время и успевает поработать.

        Кто, проснувшись, снова засыпает в пределах сдвига, тоже будет разбужен в этот сдвиг.
        """
        if seconds < 0:
            raise ValueError(f"VirtualClock.advance: время не идёт назад (сдвиг {seconds} с)")
        await settle()
        end = self._elapsed + seconds
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, waiter = heapq.heappop(self._sleepers)
            if waiter.done():  # the sleeper was cancelled
                continue
            self._elapsed = due
            waiter.set_result(None)
            await settle()
        self._elapsed = end


async def settle(turns: int = SETTLE_TURNS) -> None:
    """Дать готовым задачам поработать: уступить `turns` оборотов цикла событий."""
    for _ in range(turns):
        await asyncio.sleep(0)
