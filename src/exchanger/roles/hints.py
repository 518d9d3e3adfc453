"""Подсказки системы: объект, наверно, изменился. Ничего не значат сами: объект лишь проверят вне очереди."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from exchanger.domain.event import Event, EventKind
from exchanger.roles.second_look import SecondLook
from exchanger.roles.watch import Watch

TOGETHER = 1.0
"""Секунды: одно сохранение карточки человеком даёт несколько событий."""

AGAIN = (10.0, 75.0)
"""Секунды до взглядов вдогонку: отсутствие доказывают два, между которыми не меньше минуты (`MISSING_GAP`)."""

_MOST = 10_000


class Hints:
    """Приём подсказок. Потерянная, поддельная, повторная или опоздавшая меняет только то, когда посмотрят."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._objects: set[str] = set()
        self._some = asyncio.Event()
        clock = watch.context.clock
        self._later = tuple(SecondLook(clock, pause, _MOST, self._hurry) for pause in AGAIN)

    async def run(self) -> None:
        """Слушать и ставить названные объекты первыми в обход, пока не остановят."""
        bus, name = self._watch.context.bus, self._watch.system.name
        async with bus.hear(name, EventKind.HINT, self._heard), asyncio.TaskGroup() as loops:
            for later in self._later:
                loops.create_task(later.run())
            loops.create_task(self._together())

    async def _heard(self, event: Event) -> None:
        named = event.fields.get("object")
        if not isinstance(named, str):
            return
        if len(self._objects) < _MOST:
            self._objects.add(named)
            self._some.set()
        if event.fields.get("again") is True:
            for later in self._later:
                later.add(named)

    async def _together(self) -> None:
        while True:
            await self._some.wait()
            await self._watch.context.clock.sleep(TOGETHER)
            objects, self._objects = self._objects, set()
            self._some.clear()
            self._hurry(objects)

    def _hurry(self, objects: Collection[str]) -> None:
        """The sweep asks: it keeps hints to a share of the system's time, and knows what a missing object means."""
        for watched in self._watch.index:
            if watched.object_id in objects:
                watched.hurry()
                self._watch.hinted.set()
