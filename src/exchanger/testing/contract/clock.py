"""Часы, на которых ждать не приходится: `sleep` сразу переводит их вперёд, остальное время идёт как обычно."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class JumpClock:
    """Часы роли и стенда."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._jumped = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        """Время по этим часам."""
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        """Секунды от начала."""
        return time.monotonic() - self._started + self._jumped

    async def sleep(self, seconds: float) -> None:
        """Перевести часы, не дожидаясь."""
        self.slept.append(seconds)
        self.jump(seconds)
        await asyncio.sleep(0)

    def jump(self, seconds: float) -> None:
        """Перевести часы вперёд."""
        self._jumped += max(seconds, 0.0)
