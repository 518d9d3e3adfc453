"""Работа прокси, которая переживает уход клиента."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

T = TypeVar("T")


class Background:
    """Задачи прокси: их ждут, а отмена ждущего их не отменяет."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[object]] = set()

    def start(self, work: Coroutine[object, object, T]) -> asyncio.Task[T]:
        """Начать работу."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finish(self, work: Coroutine[object, object, T]) -> T:
        """Начать работу и дождаться её; если ждущего отменят, работа пойдёт дальше."""
        return await asyncio.shield(self.start(work))

    async def settled(self) -> None:
        """Дождаться всей начатой работы."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self) -> None:
        """Прервать всё и дождаться конца."""
        for task in self._tasks:
            task.cancel()
        await self.settled()
