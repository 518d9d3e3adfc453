"""Обёртки портов со швами: движок, шина и работы систем ведут себя как прежде, пока роль не дойдёт до точки отказа."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

from exchanger.connect import OpenSystem, Work
from exchanger.domain.key import Key
from exchanger.domain.outcome import Settlement
from exchanger.domain.task import ExternalTask, Fetched, Snapshot
from exchanger.ports import Address, Bus, Engine, Message
from exchanger.roles.context import Context
from exchanger.testing.crash_points import Crash, CrashPoint
from exchanger.wire.names import ERRORS, Names, sent_queue_of


def context_with(crash: Crash, context: Context) -> Context:
    """Контекст ролей, порты которого знают точку отказа."""
    engine = cast("Engine", _Engine(context.engine, crash, context.locks.made_beyond))
    bus = cast("Bus", _Bus(context.bus, crash, context.names))
    return replace(context, engine=engine, bus=bus)


def system_with(crash: Crash, system: OpenSystem) -> OpenSystem:
    """Система, работы которой знают точку отказа; темы одной работы остаются при одной обёртке."""
    wrapped = {id(work): cast("Work[Any]", _Work(work, crash)) for work in system.works.values()}
    return replace(system, works={topic: wrapped[id(work)] for topic, work in system.works.items()})


class _Through:
    """Всё, у чего нет шва, идёт прямо в настоящий порт."""

    def __init__(self, inner: Any, crash: Crash) -> None:
        self._inner = inner
        self._crash = crash

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _Engine(_Through):
    def __init__(self, inner: Engine, crash: Crash, made_beyond: timedelta) -> None:
        super().__init__(inner, crash)
        self._made_beyond = made_beyond

    async def fetch(self, topics: Sequence[str], *, limit: int, lease: timedelta, wait: timedelta) -> list[Fetched]:
        fetched: list[Fetched] = await self._inner.fetch(topics, limit=limit, lease=lease, wait=wait)
        if fetched:
            await self._crash.reached(CrashPoint.FETCHED)
        return fetched

    async def hold(self, task: ExternalTask, span: timedelta) -> bool:
        held: bool = await self._inner.hold(task, span)
        if held and span > self._made_beyond:  # shorter ones are leases: given back, postponed, taken for an answer
            await self._crash.reached(CrashPoint.MARKED)
        return held

    async def note(self, task: ExternalTask, values: dict[str, str]) -> None:
        await self._inner.note(task, values)
        await self._crash.reached(CrashPoint.NOTED)

    async def settle(self, task: ExternalTask, settlement: Settlement) -> bool:
        await self._crash.reached(CrashPoint.SETTLING)
        settled: bool = await self._inner.settle(task, settlement)
        await self._crash.reached(CrashPoint.SETTLED)
        return settled


class _Bus(_Through):
    def __init__(self, inner: Bus, crash: Crash, names: Names) -> None:
        super().__init__(inner, crash)
        self._names = names

    async def publish(self, to: Address, message: Message) -> None:
        await self._inner.publish(to, message)
        if (point := self._point(to)) is not None:
            await self._crash.reached(point)

    def _point(self, to: Address) -> CrashPoint | None:
        if to == self._names.responses_address:
            return CrashPoint.ANSWERED
        if to == ERRORS:
            return CrashPoint.COPIED
        if to.exchange == self._names.tasks:
            return CrashPoint.ORDERED
        return CrashPoint.RECEIPTED if to.exchange == "" and to.routing_key.endswith(sent_queue_of("")) else None


class _Work(_Through):
    async def find(self, keys: Sequence[Key]) -> list[Snapshot]:
        await self._crash.reached(CrashPoint.SEARCHING)
        found: list[Snapshot] = await self._inner.find(keys)
        return found

    async def create(self, key: Key, params: Any) -> Snapshot:
        await self._crash.reached(CrashPoint.CREATING)
        created: Snapshot = await self._inner.create(key, params)
        await self._crash.reached(CrashPoint.CREATED)
        return created

    async def finish(self, found: Snapshot, params: Any) -> None:
        await self._inner.finish(found, params)
        await self._crash.reached(CrashPoint.FINISHED)
