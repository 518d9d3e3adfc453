"""Журнал установки: где лежит, кто пишет и чем его пополнить, когда он пуст: историей движка, объектами систем."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Coroutine
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from exchanger.domain.errors import ExchangerError
from exchanger.domain.event import Event, EventKind
from exchanger.domain.routing import Routing
from exchanger.engine.past import EnginePast, LogEntry, Passed
from exchanger.journal.store import FILE, Reader
from exchanger.journal.writer import Writer
from exchanger.ops.journal_objects import OpenObjects
from exchanger.ports import Clock
from exchanger.settings import Settings
from exchanger.telemetry.log import log
from exchanger.wiring import Exchanger, routes_of

PART = "журнал"
"""Имя части здоровья."""

MOST = 20_000
"""Сколько записей истории движка берётся в пустой журнал: сорок запросов."""

_REST = 1.0
_AGAIN = 60.0
_KINDS = {
    Passed.CREATED: EventKind.APPEARED,
    Passed.FAILED: EventKind.FAILED,
    Passed.SUCCEEDED: EventKind.SETTLED,
    Passed.DELETED: EventKind.GONE,
}


def journal_file(settings: Settings) -> Path:
    """`<каталог журнала>/<среда>/journal.sqlite3`."""
    return settings.logs_directory / settings.installation.environment / FILE


@asynccontextmanager
async def kept_journal(settings: Settings, exchanger: Exchanger) -> AsyncIterator[None]:
    """Вести журнал, пока открыт контекст; выключен настройкой — ничего не делать."""
    if not settings.journal.enabled:
        yield
        return
    context = exchanger.context
    path = journal_file(settings)
    was_empty = not Reader(path).latest(1)
    keep = settings.journal.keep
    writer = Writer(path, context.clock, context.health.part(PART), keep=keep, texts=settings.journal.texts)
    tasks = [asyncio.create_task(writer.run())]
    if was_empty:
        routing = Routing(routes_of(settings))
        past = Past(exchanger.engine.past, routing, {system.name for system in exchanger.systems}, context.clock)
        objects = OpenObjects(exchanger.systems, context.installation, context.clock)
        tasks += [asyncio.create_task(_told(fill)) for fill in (past.fill(writer, keep), objects.fill(writer))]
    try:
        async with context.bus.subscribe(writer.hear):
            yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _told(fill: Coroutine[Any, Any, None]) -> None:
    """Nobody waits for a filling: what nobody expected must still be seen."""
    try:
        await fill
    except Exception as error:  # noqa: BLE001 - the boundary of a background task; the journal is never needed
        log.opt(exception=error).error("журнал не пополнен")


class Past:
    """История движка как события журнала."""

    def __init__(self, engine: EnginePast, routing: Routing, systems: Collection[str], clock: Clock) -> None:
        self._engine = engine
        self._routing = routing
        self._systems = systems
        self._clock = clock

    async def fill(self, writer: Writer, keep: timedelta, most: int = MOST) -> None:
        """Взять в журнал последние `most` записей за срок хранения; движок лежит — повторить позже."""
        while True:
            try:
                async for page in self._engine.since(self._clock.now() - keep, most):
                    named = ((entry, self._routing.system(entry.topic)) for entry in page)
                    writer.put([event_of(entry, system) for entry, system in named if system in self._systems])
                    await self._clock.sleep(_REST)
            except ExchangerError as error:
                log.warning("журнал пока не пополнен из истории движка", reason=str(error))
                await self._clock.sleep(_AGAIN)
            else:
                return


def event_of(entry: LogEntry, system: str) -> Event:
    """Событие, каким его записал бы журнал, слышь он это сам."""
    fields = {"topic": entry.topic, "retries": entry.retries, "reason": entry.message or None}
    known = {name: value for name, value in fields.items() if value is not None}
    return Event(_KINDS[entry.passed], entry.at, system, entry.task_id, entry.instance_id, known)
