"""Часы процесса: порт `Clock` на часах операционной системы."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime


class SystemClock:
    """Часы этой машины."""

    def now(self) -> datetime:
        """Время этой машины, UTC, с поясом."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Секунды, которые идут и во сне машины: сроки вахты и карантина не растягиваются."""
        if hasattr(time, "CLOCK_BOOTTIME"):
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()  # systems without CLOCK_BOOTTIME (macOS): development only

    async def sleep(self, seconds: float) -> None:
        """Ждать."""
        await asyncio.sleep(seconds)
