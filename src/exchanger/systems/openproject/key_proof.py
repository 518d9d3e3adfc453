"""Вторая половина проверки поиска: первая созданная задача находится по своему ключу. До того вторая не создаётся."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from exchanger.domain.errors import SystemPaused
from exchanger.domain.key import Key
from exchanger.domain.task import ObjectRef, Snapshot
from exchanger.ports import Clock

_LOOKS = (0.0, 1.0, 2.0, 4.0, 8.0)
_AGAIN = timedelta(seconds=30)

Find = Callable[[Key], Awaitable[list[Snapshot]]]
Read = Callable[[ObjectRef], Awaitable[list[Snapshot]]]


@dataclass(frozen=True, slots=True)
class _Probe:
    key: Key
    ref: ObjectRef


class KeyProof:
    """Доказательство поиска; `find` и `read` — сам поиск и чтение по номеру."""

    def __init__(self, clock: Clock, find: Find, read: Read) -> None:
        self._clock = clock
        self._find = find
        self._read = read
        self._pending: _Probe | None = None
        self._proved = False
        self._lock = asyncio.Lock()

    def created(self, key: Key, ref: ObjectRef, *, kept: bool) -> None:
        """Создана задача; `kept` False — экземпляр не вернул ключ: доказательству больше не верят."""
        if not kept:
            self._proved = False
        if not self._proved and self._pending is None:
            self._pending = _Probe(key, ref)

    def found(self) -> None:
        """Задача нашлась по точному ключу."""
        self._proved = True
        self._pending = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Очередь на создание: пока поиск не доказан, задачи создаются по одной."""
        if self._proved:
            yield
            return
        async with self._lock:
            await self._settle()
            yield

    async def _settle(self) -> None:
        for pause in _LOOKS:
            probe = self._pending
            if probe is None:
                return
            await self._clock.sleep(pause)
            if any(found.ref.id == probe.ref.id for found in await self._find(probe.key)):
                self.found()
            elif not await self._read(probe.ref):
                self._pending = None  # a person deleted it: nothing is known, the next task will be the probe
        if self._pending is not None:
            raise SystemPaused(
                f"OpenProject: задача {self._pending.ref.id} создана, но не находится по полю ключа.",
                after=_AGAIN,
                remedy="включите поле ключа у этого типа и в этом проекте и отметьте «Используется как фильтр»; задачи "
                "не создаются, чтобы не задвоить их.",
            )
