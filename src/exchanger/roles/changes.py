"""Лента изменений системы: один запрос за цикл, сколько бы объектов ни было открыто."""

from __future__ import annotations

import math
from collections.abc import Iterable

from exchanger.connect import Cursor, Side
from exchanger.domain.task import Fate, ObjectState, Snapshot
from exchanger.roles.index import Recent
from exchanger.roles.strangers import Strangers
from exchanger.roles.watch import Watch

_SOURCE = "лента"
_LOOK_AGAIN = 60.0


class Changes:
    """Опрос ленты."""

    def __init__(self, watch: Watch, strangers: Strangers) -> None:
        self._watch = watch
        self._strangers = strangers
        self._cursors: dict[int, Cursor] = {}
        self._postponed: Recent[str, tuple[str, Snapshot]] = Recent()
        self._judged = -math.inf
        self._unproved: set[str] = set()

    async def poll(self) -> None:
        """Один цикл: всё, что изменилось с прошлого."""
        circuit = self._watch.system.circuit
        await circuit.closed()
        self._unproved.intersection_update(number for number, _ in self._postponed.items())
        await self._judge_again()
        for number, (work, _) in enumerate(self._watch.works()):
            pages = work.changed(self._cursors.get(number, Cursor()))
            while True:
                with circuit.asking(Side.WATCH):
                    page = await anext(pages, None)
                if page is None:
                    break
                await self._found(page[0])
                self._cursors[number] = page[1]
        circuit.succeeded()

    async def _found(self, page: Iterable[Snapshot]) -> None:
        """Objects of one key are judged together, since the diff looks at all of them."""
        groups: dict[str, list[Snapshot]] = {}
        for found in page:
            if (task_id := self._owed(found)) is not None:
                groups.setdefault(task_id, []).append(found)
        await self._watch.each(self._changed(task_id, objects) for task_id, objects in groups.items())

    def _owed(self, found: Snapshot) -> str | None:
        """The task of ours that this object is for. One without a key (a predecessor's) must be one that we watch."""
        if found.key is not None:
            return found.key.task_id if self._watch.context.installation.owns(found.key) else None
        return found.raw_id if self._watch.index.get(found.raw_id) is not None else None

    async def _changed(self, task_id: str, objects: list[Snapshot]) -> None:
        watched = self._watch.index.get(task_id)
        if watched is not None:
            watched.missing_since = None
            await self._watch.consider(watched, objects)
            return
        if any(found.state is not ObjectState.OPEN for found in objects):
            self._watch.early.put(task_id, value=True)
        for found in objects:
            if found.state is ObjectState.OPEN:
                await self._stranger(task_id, found)

    async def _stranger(self, task_id: str, found: Snapshot) -> None:
        """An open object of ours that nobody owes: its process went on, was cancelled, or has not begun to wait yet."""
        if self._strangers.is_judged(found):
            return
        self._postponed.put(found.ref.id, (task_id, found))  # neither the brake nor an outage of the engine loses it
        if self._watch.brake.on:
            return
        fate = await self._strangers.fate(task_id)
        if fate is Fate.UNPROVED:
            self._unproved.add(found.ref.id)
            self._watch.tripped(_SOURCE, self._unproved, len(self._watch.index))
        await self._settle(task_id, found, fate)

    async def _judge_again(self) -> None:
        """What was postponed: now and then to see whether the brake still has a reason, at once when it let go."""
        now, waiting = self._watch.context.clock.monotonic(), self._postponed.items()
        if not waiting or (self._watch.brake.on and now - self._judged < _LOOK_AGAIN):
            return
        self._judged = now
        fates: dict[str, Fate | None] = {}

        async def ask(number: str, task_id: str) -> None:
            fates[number] = await self._strangers.fate(task_id)

        await self._watch.each(ask(number, task_id) for number, (task_id, _) in waiting)
        self._unproved = {number for number, fate in fates.items() if fate is Fate.UNPROVED}
        self._watch.tripped(_SOURCE, self._unproved, len(self._watch.index))
        await self._watch.each(
            self._settle(task_id, found, fates[number]) for number, (task_id, found) in waiting if number in fates
        )

    async def _settle(self, task_id: str, found: Snapshot, fate: Fate | None) -> None:
        if await self._strangers.settle(task_id, found, fate):
            self._postponed.pop(found.ref.id)
