"""Долгий опрос, отмена которого не оставляет задач запертыми на всю аренду."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from datetime import timedelta

from exchanger.domain.errors import ExchangerError
from exchanger.domain.task import Fetched
from exchanger.telemetry.log import log


class Polls:
    """Опросы движка.

    Движок запирает задачи и тогда, когда того, кто спрашивал, уже нет. Поэтому отменённый опрос доживает сам по себе,
    а то, что он принёс, тотчас отпирается; что не успело до закрытия, освободит истечение аренды.
    """

    def __init__(self, unlock: Callable[[str], Awaitable[bool]]) -> None:
        self._unlock = unlock
        self._abandoned: set[asyncio.Task[None]] = set()

    async def run(self, poll: Coroutine[None, None, list[Fetched]]) -> list[Fetched]:
        """Дождаться опроса."""
        running = asyncio.create_task(poll)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            self._abandon(running)
            raise

    async def close(self, grace: timedelta) -> None:
        """Дать брошенным опросам закончиться, но не дольше `grace`."""
        if not self._abandoned:
            return
        _, late = await asyncio.wait(self._abandoned, timeout=grace.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    def _abandon(self, running: asyncio.Task[list[Fetched]]) -> None:
        task = asyncio.create_task(self._give_back(running))
        self._abandoned.add(task)
        task.add_done_callback(self._abandoned.discard)

    async def _give_back(self, running: asyncio.Task[list[Fetched]]) -> None:
        try:
            for fetched in await running:
                await self._unlock(fetched.task.id)
        except ExchangerError as error:
            log.info("Отменённая выборка не завершена: её задачи освободит истечение аренды", reason=str(error))
