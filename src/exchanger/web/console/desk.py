"""Всё, что консоль спрашивает у установки. Только чтение; частые вопросы отвечаются из памяти."""

from __future__ import annotations

import asyncio

from exchanger.domain.errors import Retry
from exchanger.ops.audit import audit_file
from exchanger.ops.audit_tail import Done, last_deeds
from exchanger.ops.dead_letter import Entry, Selection
from exchanger.ops.dead_letters import open_dead_letters
from exchanger.ops.incidents import Incident, Wanted, open_incidents
from exchanger.ops.trace import Answered, open_tracer
from exchanger.ports import Clock
from exchanger.settings import Settings
from exchanger.web.console.overview import Overview, gather
from exchanger.web.console.remembered import Known, Remembered, patiently
from exchanger.wire.names import ERRORS_QUEUE

SHOWN = 100
"""Строк на странице списка."""

TRACES = 2
"""Сколько путей ищется разом: каждый — десятки запросов к частям."""

_QUEUED = 10
_TURN = 20.0


class Desk:
    """Вопросы об одной установке."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings = settings
        self._overview = Remembered(lambda: gather(settings), clock)
        self._letters = Remembered(self._ask_letters, clock)
        self._incidents = Remembered(self._ask_incidents, clock)
        self._turns = asyncio.Semaphore(TRACES)
        self._waiting = 0

    async def overview(self) -> Known[Overview]:
        """Обзор."""
        return await self._overview.get()

    async def letters(self) -> Known[list[Entry]]:
        """Первые записи очереди ошибок, без тел."""
        return await self._letters.get()

    async def incidents(self) -> Known[list[Incident]]:
        """Инциденты, давние вперёд."""
        return await self._incidents.get()

    async def audit(self) -> list[Done]:
        """Последние действия людей; `ConfigError` — файл не читается."""
        return await asyncio.to_thread(last_deeds, audit_file(self._settings), SHOWN)

    async def trace(self, asked: str) -> Answered:
        """Путь задачи; `Retry` — искавших слишком много."""
        if self._waiting >= _QUEUED:
            raise _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(_TURN):
                await self._turns.acquire()
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting -= 1
        try:
            return await patiently(lambda: self._trace(asked))
        finally:
            self._turns.release()

    async def _trace(self, asked: str) -> Answered:
        async with open_tracer(self._settings) as tracer:
            return await tracer.look(asked)

    async def _ask_letters(self) -> list[Entry]:
        async with open_dead_letters(self._settings, ERRORS_QUEUE) as letters:
            return await letters.look(Selection(), SHOWN)

    async def _ask_incidents(self) -> list[Incident]:
        async with open_incidents(self._settings) as (incidents, _):
            return await incidents.look(Wanted(), SHOWN)


def _busy() -> Retry:
    return Retry("Ищут слишком много задач разом.", remedy="повторите через несколько секунд.")
