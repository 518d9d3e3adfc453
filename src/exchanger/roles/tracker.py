"""Tracker: ставит знак «выдано», следит за объектами и передаёт их исходы. Каждая находка идёт через сверку."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from exchanger.connect import OpenSystem
from exchanger.domain.reconcile import Rules
from exchanger.ports import Delivery
from exchanger.roles.changes import Changes
from exchanger.roles.context import Context, forever, until_cancelled
from exchanger.roles.hints import Hints
from exchanger.roles.ledger import Ledger
from exchanger.roles.orphans import Orphans
from exchanger.roles.pace import Pace
from exchanger.roles.quarantine import Inherited
from exchanger.roles.receipts import LINK_VARIABLE, Receipts
from exchanger.roles.strangers import Strangers
from exchanger.roles.sweep import Sweep
from exchanger.roles.watch import Watch
from exchanger.wire.names import sent_queue_of

__all__ = ["LINK_VARIABLE", "Pace", "Tracker"]

_RECEIPTS_AT_ONCE = 16


class Tracker:
    """Наблюдение за объектами одной системы во время одной вахты; `consuming` — квитанции принимаются."""

    def __init__(self, context: Context, system: OpenSystem, rules: Rules, pace: Pace, inherited: Inherited) -> None:
        self._context = context
        self._system = system
        self._pace = pace
        self._watch = Watch(context, system, rules, inherited)
        self._receipts = Receipts(self._watch)
        strangers = Strangers(self._watch)
        self._changes = Changes(self._watch, strangers)
        self._orphans = Orphans(self._watch, strangers, pace)
        self._ledger = Ledger(self._watch)
        self._sweep = Sweep(self._watch, pace)
        self._hints = Hints(self._watch)
        self.consuming = asyncio.Event()

    async def run(self) -> None:
        """Наблюдать, пока не остановят."""
        async with asyncio.TaskGroup() as loops:
            loops.create_task(self._consume())
            loops.create_task(self._hints.run())
            loops.create_task(self._loop("engine", self._ledger.walk, self._pause(self._pace.walk)))
            loops.create_task(self._loop("changes", self._changes.poll, self._pause(self._pace.poll)))
            loops.create_task(self._loop("sweep", self._sweep.run, self._sweep.rest))
            loops.create_task(self._loop("orphans", self._orphans.walk, self._pause(self._pace.orphans)))

    def accept(self) -> None:
        """Принять пропавшее: приказ оператора."""
        self._watch.accept()

    @property
    def open(self) -> int:
        """Сколько обязательств открыто."""
        return len(self._watch.index)

    @property
    def missing(self) -> int:
        """У скольких обязательств не видно объекта."""
        return len(self._watch.index.missing)

    @property
    def oldest(self) -> datetime | None:
        """Когда движок завёл самую давнюю из открытых задач; None — открытых нет или движок времени не говорит."""
        return min((each.task.created for each in self._watch.index if each.task.created is not None), default=None)

    async def handle(self, delivery: Delivery) -> None:
        """Принять одну квитанцию."""
        await self._receipts.handle(delivery)

    async def _consume(self) -> None:
        async with self._context.bus.consume(
            sent_queue_of(self._system.name), self._receipts.handle, at_once=_RECEIPTS_AT_ONCE
        ):
            self.consuming.set()
            await until_cancelled()

    async def _loop(self, name: str, step: Callable[[], Awaitable[None]], rest: Callable[[], Awaitable[None]]) -> None:
        await forever(f"tracker:{self._system.name}:{name}", step, self._context, rest=rest)

    def _pause(self, seconds: float) -> Callable[[], Awaitable[None]]:
        return lambda: self._context.clock.sleep(seconds)
