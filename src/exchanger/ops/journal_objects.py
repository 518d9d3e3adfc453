"""Открытые объекты систем как события журнала: по ним находится задача, чей объект создан до этого журнала."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

from exchanger.connect import Cursor, OpenSystem, Side
from exchanger.connect.listing_open import ListsOpen
from exchanger.domain.errors import ExchangerError
from exchanger.domain.event import Event, EventKind
from exchanger.domain.task import Snapshot
from exchanger.journal.writer import Writer
from exchanger.ports import Clock
from exchanger.roles.context import Installation
from exchanger.telemetry.log import log

MOST = 20_000
"""Сколько объектов одной операции берётся в пустой журнал."""

Pages = AsyncIterator[tuple[list[Snapshot], Cursor]]

_REST = 1.0
_AGAIN = 60.0


class OpenObjects:
    """Перечень открытых объектов каждой системы, которая его даёт."""

    def __init__(self, systems: Iterable[OpenSystem], installation: Installation, clock: Clock) -> None:
        self._systems = list(systems)
        self._installation = installation
        self._clock = clock

    async def fill(self, writer: Writer, most: int = MOST) -> None:
        """Взять в журнал до `most` объектов каждой операции; лежащая система продолжит позже и других не держит."""
        async with asyncio.TaskGroup() as fills:
            for system in self._systems:
                for work in {id(each): each for each in system.works.values()}.values():
                    if isinstance(work, ListsOpen):
                        fills.create_task(self._of(system, work, writer, most))

    async def _of(self, system: OpenSystem, work: ListsOpen, writer: Writer, most: int) -> None:
        """One walk; only after a failure it begins anew, from the last page's place."""
        place, left = Cursor(), most
        pages = work.opened(place)
        while left > 0:
            try:
                page = await self._next(system, pages)
            except ExchangerError as error:
                log.warning("журнал пока не пополнен объектами системы", system=system.name, reason=str(error))
                await self._clock.sleep(_AGAIN)
                pages = work.opened(place)
                continue
            if page is None:
                return
            found, place = page
            writer.put([event for each in found if (event := self._event(system.name, each)) is not None])
            left -= len(found)
            await self._clock.sleep(_REST)

    async def _next(self, system: OpenSystem, pages: Pages) -> tuple[list[Snapshot], Cursor] | None:
        await system.circuit.closed()
        with system.circuit.asking(Side.WATCH):
            return await anext(pages, None)

    def _event(self, system: str, found: Snapshot) -> Event | None:
        """Found, not made: when it was made only the system knows; its last change is a moment when it was there."""
        if found.key is None or not self._installation.owns(found.key):
            return None
        fields = {"object": found.ref.id, "link": found.ref.link or None}
        known = {name: value for name, value in fields.items() if value is not None}
        return Event(EventKind.ADOPTED, found.changed or self._clock.now(), system, found.key.task_id, "", known)
