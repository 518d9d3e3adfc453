"""Открытые объекты систем как события журнала: по ним находится задача, чей объект создан до этого журнала."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from exchanger.connect import Cursor, OpenSystem, Side, Work
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

_REST = 1.0
_AGAIN = 60.0


class OpenObjects:
    """Перечень открытых объектов каждой системы, которая его даёт."""

    def __init__(self, systems: Iterable[OpenSystem], installation: Installation, clock: Clock) -> None:
        self._systems = list(systems)
        self._installation = installation
        self._clock = clock

    async def fill(self, writer: Writer, most: int = MOST) -> None:
        """Взять в журнал до `most` объектов каждой операции; система лежит — продолжить с той же страницы позже."""
        for system in self._systems:
            for work in {id(each): each for each in system.works.values()}.values():
                await self._of(system, work, writer, most)

    async def _of(self, system: OpenSystem, work: Work[Any], writer: Writer, most: int) -> None:
        place, left = Cursor(), most
        while left > 0 and isinstance(work, ListsOpen):
            try:
                page = await self._page(system, work, place)
            except ExchangerError as error:
                log.warning("журнал пока не пополнен объектами системы", system=system.name, reason=str(error))
                await self._clock.sleep(_AGAIN)
                continue
            if page is None:
                return
            found, place = page
            writer.put([event for each in found if (event := self._event(system.name, each)) is not None])
            left -= len(found)
            await self._clock.sleep(_REST)

    async def _page(self, system: OpenSystem, work: ListsOpen, place: Cursor) -> tuple[list[Snapshot], Cursor] | None:
        await system.circuit.closed()
        with system.circuit.asking(Side.WATCH):
            return await anext(work.opened(place), None)

    def _event(self, system: str, found: Snapshot) -> Event | None:
        """Found, not made: when it was made only the system knows; its last change is a moment when it was there."""
        if found.key is None or not self._installation.owns(found.key):
            return None
        fields = {"object": found.ref.id, "link": found.ref.link or None}
        known = {name: value for name, value in fields.items() if value is not None}
        return Event(EventKind.ADOPTED, found.changed or self._clock.now(), system, found.key.task_id, "", known)
