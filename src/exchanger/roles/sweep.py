"""Обход объектов: видит то, чего не покажет лента (удалённое, скрытое), за ограниченную долю времени системы."""

from __future__ import annotations

import asyncio
import math
from typing import Any

from exchanger.connect import Side, Work
from exchanger.domain.reconcile import EngineSays, engine_says
from exchanger.domain.task import Snapshot
from exchanger.roles.index import Watched
from exchanger.roles.pace import Pace
from exchanger.roles.watch import Watch

_BREATH = 0.05
_LONGEST_REST = 30.0
_HURRY_REST = 5.0
"""Секунды: чаще в шторме уведомлений названное не перечитывают; доля времени у него своя, такая же."""


class Sweep:
    """Обход указателя кусками: дольше всех не проверенные — первыми."""

    def __init__(self, watch: Watch, pace: Pace) -> None:
        self._watch = watch
        self._pace = pace

    async def run(self) -> None:
        """Проверить всех, чья очередь подошла."""
        while due := self._due():
            spent = await self._timed(due)
            await self._breathe(max(spent / self._pace.share - spent, _BREATH))

    async def rest(self) -> None:
        """Отдыхать, пока не появится новое или названное системой, но не слишком долго."""
        await self._first_of(min(self._pace.sweep, _LONGEST_REST), self._watch.fresh, self._watch.hinted)

    def _due(self) -> list[Watched]:
        for said in (self._watch.fresh, self._watch.hinted):
            said.clear()  # whatever they told of is in the index already
        return self._watch.index.due(self._watch.context.clock.monotonic() - self._period, self._pace.chunk)

    async def _breathe(self, seconds: float) -> None:
        """The pause that keeps to the share. What the system has named does not wait for its end."""
        clock = self._watch.context.clock
        until = clock.monotonic() + seconds
        while (left := until - clock.monotonic()) > 0:
            await self._first_of(left, self._watch.hinted)
            self._watch.hinted.clear()
            if hurried := self._watch.index.hurried(self._pace.chunk):
                spent = await self._timed(hurried)
                await clock.sleep(min(spent / self._pace.share - spent, _HURRY_REST))

    async def _first_of(self, seconds: float, *events: asyncio.Event) -> None:
        pause = asyncio.ensure_future(self._watch.context.clock.sleep(seconds))
        waits = [pause, *(asyncio.ensure_future(event.wait()) for event in events)]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    async def _timed(self, due: list[Watched]) -> float:
        clock = self._watch.context.clock
        await self._watch.system.circuit.closed()
        started = clock.monotonic()
        await self._check(due)
        return clock.monotonic() - started

    @property
    def _period(self) -> float:
        """Behind the brake the system is looked at more often: what is seen again lets go of the brake."""
        return min(self._pace.walk, self._pace.sweep) if self._watch.brake.on else self._pace.sweep

    async def _check(self, due: list[Watched]) -> None:
        for work, topics in self._watch.works():
            mine = [watched for watched in due if watched.task.topic in topics]
            seen = await self._see(work, mine)
            self._note([watched for watched in mine if watched.task.id not in seen], seen)
            await self._watch.each(self._watch.consider(watched, seen.get(watched.task.id, [])) for watched in mine)

    async def _see(self, work: Work[Any], mine: list[Watched]) -> dict[str, list[Snapshot]]:
        """All objects of what is new to us (twins, too), one by number of what is known, a search for the rest."""
        new = [watched for watched in mine if watched.ref is None or watched.checked == -math.inf]
        seen = await self._find(work, new)
        seen |= await self._read(work, [watched for watched in mine if watched.task.id not in seen])
        asked = seen.keys() | {watched.task.id for watched in new}
        return seen | await self._find(work, [watched for watched in mine if watched.task.id not in asked])

    async def _read(self, work: Work[Any], mine: list[Watched]) -> dict[str, list[Snapshot]]:
        by_ref = {watched.ref.id: watched for watched in mine if watched.ref is not None}
        refs = [watched.ref for watched in by_ref.values() if watched.ref is not None]
        with self._watch.system.circuit.asking(Side.WATCH):
            read = await work.read(refs) if refs else []
        return {by_ref[found.ref.id].task.id: [found] for found in read if found.ref.id in by_ref}

    async def _find(self, work: Work[Any], mine: list[Watched]) -> dict[str, list[Snapshot]]:
        found = await self._watch.find(work, [watched.task for watched in mine])
        for watched in mine:
            if watched.task.id in found:
                watched.ref = found[watched.task.id][0].ref
        return found

    def _note(self, missing: list[Watched], seen: dict[str, list[Snapshot]]) -> None:
        """The brake counts what is missing in the whole index, before anything is declared deleted."""
        clock, index = self._watch.context.clock, self._watch.index
        for task_id in seen:
            watched = index.get(task_id)
            if watched is not None:
                watched.missing_since = None
        owed = [watched for watched in missing if watched.missing_since is None and self._is_owed(watched)]
        vanished = index.missing.union(watched.task.id for watched in owed)
        self._watch.tripped(self._watch.system.name, vanished, len(index))
        if self._watch.brake.on:
            for watched in owed:
                watched.missing_since = clock.monotonic()

    def _is_owed(self, watched: Watched) -> bool:
        now, locks = self._watch.context.engine.now(), self._watch.context.locks
        return engine_says(watched.task, None, now=now, locks=locks) in {EngineSays.MADE, EngineSays.SUSPENDED}
