"""Лента изменений системы: один запрос за цикл, сколько бы объектов ни было открыто."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from exchanger.connect import Cursor, Side
from exchanger.domain.task import ExternalTask, Fate, ObjectState, Snapshot
from exchanger.roles.index import Recent, Watched
from exchanger.roles.watch import Watch


class Changes:
    """Опрос ленты."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._cursors: dict[int, Cursor] = {}
        self._strangers: Recent[tuple[str, datetime | None], bool] = Recent()
        self._unproved = 0

    async def poll(self) -> None:
        """Один цикл: всё, что изменилось с прошлого."""
        circuit = self._watch.system.circuit
        await circuit.closed()
        self._unproved = 0
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
        seen = found.ref.id, found.changed
        if seen in self._strangers or self._watch.brake.on:
            return
        if await self._watch.context.engine.get(task_id) is None:
            task = self._watch.closed.get(task_id) or _unknown(task_id, self._watch.system.topics[0])
            await self._ownerless(task, found)
        self._strangers.put(seen, value=True)

    async def _ownerless(self, task: ExternalTask, found: Snapshot) -> None:
        fate = await self._watch.fate(task)
        if fate is Fate.UNPROVED:
            self._unproved += 1
            if self._watch.tripped("лента", self._unproved, len(self._watch.index)):
                return
        await self._watch.gone(Watched(task, found.ref), [found], fate)


def _unknown(task_id: str, topic: str) -> ExternalTask:
    """What we know of a task from its key alone."""
    return ExternalTask(
        id=task_id,
        topic=topic,
        process_instance_id="",
        process_definition_id="",
        process_definition_key="",
        activity_id="",
    )
