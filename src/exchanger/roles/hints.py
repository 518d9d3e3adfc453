"""Подсказки системы: объект, наверно, изменился. Ничего не значат сами: объект лишь проверят вне очереди."""

from __future__ import annotations

import asyncio

from exchanger.domain.event import Event, EventKind
from exchanger.roles.watch import Watch

TOGETHER = 1.0
"""Секунды: одно сохранение карточки человеком даёт несколько событий."""

_MOST = 10_000


class Hints:
    """Приём подсказок. Потерянная, поддельная, повторная или опоздавшая меняет только то, когда посмотрят."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._objects: set[str] = set()
        self._some = asyncio.Event()

    async def run(self) -> None:
        """Слушать и ставить названные объекты первыми в обход, пока не остановят."""
        async with self._watch.context.bus.hear(self._watch.system.name, EventKind.HINT, self._heard):
            while True:
                await self._some.wait()
                await self._watch.context.clock.sleep(TOGETHER)
                self._hurry()

    async def _heard(self, event: Event) -> None:
        named = event.fields.get("object")
        if isinstance(named, str) and len(self._objects) < _MOST:
            self._objects.add(named)
            self._some.set()

    def _hurry(self) -> None:
        """The sweep asks: it keeps to its share of the system's time, and knows what a missing object means."""
        objects, self._objects = self._objects, set()
        self._some.clear()
        for watched in self._watch.index:
            if watched.ref is not None and watched.ref.id in objects:
                watched.hurry()
                self._watch.fresh.set()
