"""Список движка: что мы должны. Его читают раньше системы."""

from __future__ import annotations

from exchanger.domain.reconcile import EngineSays, engine_says
from exchanger.domain.task import ExternalTask, Fate
from exchanger.roles.index import Watched
from exchanger.roles.watch import Watch


class Ledger:
    """Обход списка задач, которые числятся за нами."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    async def walk(self) -> None:
        """Один обход: новые обязательства — в указатель, судьбу исчезнувших — выяснить."""
        index = self._watch.index
        before = {watched.task.id for watched in index}
        seen: set[str] = set()
        async for page in self._watch.context.engine.held(self._watch.system.works):
            for task in page:
                seen.add(task.id)
                self._owe(task)
        self._watch.inherited.settle(seen)
        self._watch.listed.set()
        gone = [watched for task_id in before - seen if (watched := index.get(task_id)) is not None]
        if not self._watch.system.circuit.is_open:  # their objects cannot be asked now; the next walk sees them again
            await self._vanished(gone, total=len(before))

    def _owe(self, task: ExternalTask) -> None:
        now = self._watch.context.engine.now()
        says = engine_says(task, None, now=now, locks=self._watch.context.locks)
        if says in {EngineSays.MADE, EngineSays.SUSPENDED} or (
            says is EngineSays.INCIDENT and self._watch.rules.answer_clears_incident
        ):
            if self._watch.index.get(task.id) is None:
                self._watch.fresh.set()
            self._watch.index.put(task)
        elif says is not EngineSays.UNKNOWN:
            self._watch.index.drop(task.id)

    async def _vanished(self, gone: list[Watched], *, total: int) -> None:
        """Tasks that left the engine's list. Answered ones ended by our answer; the others' fate must be proved."""
        fates: dict[str, Fate] = {}

        async def ask(watched: Watched) -> None:
            if not await self._still_ours(watched):
                fates[watched.task.id] = await self._watch.fate(watched.task)

        await self._watch.each(ask(watched) for watched in gone)
        unproved = [task_id for task_id, fate in fates.items() if fate is Fate.UNPROVED]
        tripped = self._watch.tripped("движок", unproved, total)
        ended = [watched for watched in gone if fates.get(watched.task.id, Fate.ALIVE) is not Fate.ALIVE]
        if not tripped:
            await self._watch.each(self._end(watched, fates[watched.task.id]) for watched in ended)

    async def _still_ours(self, watched: Watched) -> bool:
        """Nothing is to be proved: our own answer ended it, or the task is there, held by nobody or another."""
        if watched.answered:
            self._watch.close(watched.task)
            return True
        current = await self._watch.context.engine.get(watched.task.id)
        if current is not None:
            self._owe(current)
        return current is not None

    async def _end(self, watched: Watched, fate: Fate) -> None:
        work = self._watch.system.works[watched.task.topic]
        objects = await self._watch.find(work, [watched.task])
        await self._watch.gone(watched, objects.get(watched.task.id, []), fate)
        self._watch.close(watched.task)
