"""Пишущий журнал: события ждут в памяти, пачка уходит в файл из своего потока. Работу он не останавливает никогда."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

from exchanger.domain.event import Event, EventKind
from exchanger.journal.record import lean
from exchanger.journal.store import Store, discard, is_damage
from exchanger.ports import Clock
from exchanger.telemetry.health import Part

WAITING = 10_000
"""Сколько событий ждёт записи; лишние старые забываются: движок и системы их восполнят."""

_PAUSE = 0.5
_RECOVERY = 30.0
_TIDY = timedelta(hours=1)
_FAULTS = (sqlite3.Error, OSError)


class Writer:
    """Запись событий в файл `path`; держится `keep`, тексты — по `texts`. Неудача видна в здоровье, событие ждёт."""

    def __init__(self, path: Path, clock: Clock, part: Part, *, keep: timedelta, texts: bool = False) -> None:
        self._path = path
        self._clock = clock
        self._part = part
        self._keep = keep
        self._texts = texts
        self._waiting: deque[Event] = deque(maxlen=WAITING)
        self._filled = asyncio.Event()
        self._filled.set()  # the file is opened at once, so that a fault of it is seen before the first event
        self._store: Store | None = None
        self._damaged = False
        self._tidied = clock.now() - _TIDY

    async def hear(self, event: Event) -> None:
        """Принять событие шины; подсказки журналу не нужны."""
        if event.kind is not EventKind.HINT:
            self.put([event])

    def put(self, events: list[Event]) -> None:
        """Положить в запас."""
        self._waiting.extend(lean(event, texts=self._texts) for event in events)
        self._filled.set()

    async def run(self) -> None:
        """Писать, пока не отменят; перед концом записывается то, что ждёт."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="journal") as thread:
            try:
                while True:
                    await self._filled.wait()
                    batch = self._take()
                    done = await loop.run_in_executor(thread, self._write, batch)
                    if not done:
                        self._waiting = deque((*batch, *self._waiting), maxlen=WAITING)
                        self._filled.set()
                    await self._clock.sleep(_PAUSE if done else _RECOVERY)
            finally:
                thread.submit(self._finish, self._take())

    def _take(self) -> list[Event]:
        self._filled.clear()
        batch = list(self._waiting)
        self._waiting.clear()
        return batch

    def _write(self, batch: list[Event]) -> bool:
        try:
            if self._damaged:  # opening looks at the first pages only: here is what lay deeper
                discard(self._path)
                self._damaged = False
            if self._store is not None and self._store.is_replaced:
                self._close()
            self._store = self._store or Store(self._path)
            self._store.add(batch)
            self._tidy(self._store)
        except _FAULTS as error:
            self._close()
            self._damaged = is_damage(error)
            self._part.degraded(f"{self._path}: {error}", now=self._clock.now())
            return False
        self._part.up(now=self._clock.now())
        return True

    def _tidy(self, store: Store) -> None:
        now = self._clock.now()
        if now - self._tidied >= _TIDY:
            store.forget(now - self._keep)
            self._tidied = now

    def _close(self) -> None:
        store, self._store = self._store, None
        if store is not None:
            store.close()

    def _finish(self, batch: list[Event]) -> None:
        if batch:
            self._write(batch)
        self._close()
