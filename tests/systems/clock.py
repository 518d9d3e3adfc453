"""A clock on which waiting takes no time: `sleep` moves it forward at once, the rest of the time flows as usual."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class JumpClock:
    def __init__(self) -> None:
        self._started = time.monotonic()
        self._jumped = 0.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return time.monotonic() - self._started + self._jumped

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.jump(seconds)
        await asyncio.sleep(0)

    def jump(self, seconds: float) -> None:
        self._jumped += max(seconds, 0.0)
