"""Повтор вызова движка, который точно не выполнен: занятый движок просит повторить, переезд из-за этого не бросают."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TypeVar

from exchanger.domain.errors import Retry
from exchanger.domain.policy import Backoff
from exchanger.ports import Clock

T = TypeVar("T")

ATTEMPTS = 5
"""Сколько раз пробовать: вместе около трёх секунд; дольше — уже перебой, о нём скажет команда."""

_PAUSES = Backoff(timedelta(seconds=0.2))


async def insisted(call: Callable[[], Awaitable[T]], clock: Clock) -> T:
    """Выполнить, повторяя `Retry`; после последней попытки он идёт наружу. Прочие ошибки — сразу."""
    for failures in range(ATTEMPTS - 1):
        try:
            return await call()
        except Retry:
            await clock.sleep(_PAUSES.delay(failures).total_seconds())
    return await call()
