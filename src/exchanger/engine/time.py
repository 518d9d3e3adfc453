"""Часы движка по заголовку Date: он усечён до секунды, поэтому точность копится из многих ответов."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

_GRANULE = 1.0
_SLACK = 0.05  # servers prepare the header's text a little ahead or reuse it
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class EngineTime:
    """Сдвиг между часами движка и `monotonic`: пересечение промежутков, которые допускает каждый ответ."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._bounds: tuple[float, float] | None = None
        self._heard: float | None = None

    def observe(self, date: str, sent: float, received: float) -> None:
        """Учесть ответ: движок писал Date между отправкой и получением."""
        self._heard = received
        try:
            stamp = parsedate_to_datetime(date).timestamp()
        except ValueError:
            return  # no header or a strange one: there is nothing to learn from this answer
        low, high = stamp - received - _SLACK, stamp + _GRANULE - sent + _SLACK
        if self._bounds is not None and max(low, self._bounds[0]) <= min(high, self._bounds[1]):
            low, high = max(low, self._bounds[0]), min(high, self._bounds[1])
        self._bounds = low, high  # when they contradict, a clock was set: the latest answer is right

    def silence(self) -> float | None:
        """Секунд с последнего ответа; None — ответов ещё не было."""
        return None if self._heard is None else self._monotonic() - self._heard

    def now(self) -> datetime | None:
        """Время движка, UTC; None — ответов ещё не было."""
        if self._bounds is None:
            return None
        return _EPOCH + timedelta(seconds=sum(self._bounds) / 2 + self._monotonic())
