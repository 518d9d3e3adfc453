"""Взгляд вдогонку: система, сказавшая об удалении, ещё недолго показывает удалённое."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection

from exchanger.ports import Clock


class SecondLook:
    """Назвать объекты ещё раз через `pause` секунд после каждого; повтор ждущего не откладывает, лишнее отброшено."""

    def __init__(self, clock: Clock, pause: float, most: int, hurry: Callable[[Collection[str]], None]) -> None:
        self._clock = clock
        self._pause = pause
        self._most = most
        self._hurry = hurry
        self._due: dict[str, float] = {}
        self._some = asyncio.Event()

    def add(self, named: str) -> None:
        """Посмотреть на объект позже."""
        if len(self._due) < self._most:
            self._due.setdefault(named, self._clock.monotonic() + self._pause)
            self._some.set()

    async def run(self) -> None:
        """Называть те, чьё время пришло, пока не остановят."""
        while True:
            await self._some.wait()
            first = next(iter(self._due.values()))  # the pause is one for all: the earliest named is the earliest due
            await self._clock.sleep(max(first - self._clock.monotonic(), 0.0))
            now = self._clock.monotonic()
            ready = [named for named, due in self._due.items() if due <= now]
            for named in ready:
                del self._due[named]
            if not self._due:
                self._some.clear()
            if ready:
                self._hurry(ready)
