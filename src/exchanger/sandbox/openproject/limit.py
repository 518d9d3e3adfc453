"""Ограничение частоты форм: шесть запросов за три секунды; по умолчанию выключено, как у настоящего."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

LIMIT = 6
PERIOD = timedelta(seconds=3)


class FormLimit:
    """Счёт запросов форм."""

    def __init__(self) -> None:
        self._asked: deque[datetime] = deque()

    def refused(self, now: datetime) -> float | None:
        """Учесть запрос; секунды до сброса счёта, если их уже слишком много."""
        while self._asked and now - self._asked[0] >= PERIOD:
            self._asked.popleft()
        if len(self._asked) >= LIMIT:
            return (self._asked[0] + PERIOD - now).total_seconds()
        self._asked.append(now)
        return None
