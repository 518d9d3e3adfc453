"""Право писать: проверяется перед отправкой, после всякого ожидания места, темпа и паузы; после — лишь соединение."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

FRESH = 0.1
"""Секунды, которые проверка остаётся в силе: запрос, ушедший сразу за ней, второй раз брокера не спрашивает."""


class Permit:
    """Право одной заявки: `check` (бросает `TermLost`) со сроком годности по `monotonic`, идущим и во сне машины."""

    def __init__(self, check: Callable[[], Awaitable[None]], monotonic: Callable[[], float]) -> None:
        self._check = check
        self._monotonic = monotonic
        self._until = float("-inf")

    async def confirm(self) -> None:
        """Убедиться, что право ещё наше; недавнее подтверждение годится."""
        if self._monotonic() >= self._until:
            asked = self._monotonic()
            await self._check()
            self._until = asked + FRESH


_current: ContextVar[Permit | None] = ContextVar("permit", default=None)


@contextmanager
def writing_under(permit: Permit) -> Iterator[None]:
    """Каждая запись (не `Intent.READ`) внутри отправляется только с подтверждённым правом."""
    token = _current.set(permit)
    try:
        yield
    finally:
        _current.reset(token)


async def confirmed() -> None:
    """Подтвердить действующее право; вне `writing_under` права не требуется."""
    permit = _current.get()
    if permit is not None:
        await permit.confirm()
