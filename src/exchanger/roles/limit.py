"""Функция под сроком: пока она идёт, аренда продлевается; вышел срок или задачи не стало — функцию останавливают."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from exchanger.domain.errors import ExchangerError, LockedByOther, OutcomeUnknown
from exchanger.domain.task import ExternalTask
from exchanger.ports import Clock
from exchanger.roles.context import OUTAGES, Context
from exchanger.telemetry.log import log

T = TypeVar("T")

_FAREWELL = 5.0
"""Столько настоящих секунд даётся отменённой функции, чтобы кончиться."""


class TimeIsUp(OutcomeUnknown):
    """Функция не уложилась в срок."""


class TaskIsGone(ExchangerError):
    """Задачи больше нет или её держит другой: результат никому не нужен."""


async def keep_lease(context: Context, task: ExternalTask) -> None:
    """Продлевать аренду каждую треть; вернуться, когда задача больше не за нами."""
    lease = context.locks.lease
    now = context.engine.now()
    left = lease if now is None or task.locked_until is None else task.locked_until - now
    pause = left - lease * 2 / 3
    while True:
        await context.clock.sleep(max(pause.total_seconds(), 0.0))
        pause = lease / 3
        try:
            if not await context.engine.hold(task, lease):
                return
        except LockedByOther as error:
            log.error("задачу держит другой работник, выполнение прекращено", worker=error.worker)
            return
        except OUTAGES as outage:
            pause = lease / 12
            log.warning("аренда не продлена, попробуем ещё раз", reason=str(outage))


async def within(
    clock: Clock, limit: timedelta, work: Coroutine[Any, Any, T], keeping: Coroutine[Any, Any, None] | None = None
) -> T:
    """Результат функции; `TimeIsUp` — вышел срок, `TaskIsGone` — задачи не стало, иначе — её собственная ошибка."""
    running = asyncio.ensure_future(work)
    timer = asyncio.ensure_future(clock.sleep(limit.total_seconds()))
    lease = asyncio.ensure_future(keeping) if keeping is not None else None
    others = [timer] if lease is None else [timer, lease]
    try:
        await asyncio.wait({running, *others}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            return _result(running)
        if timer.done():
            raise TimeIsUp(f"не выполнено за {limit.total_seconds():g} с.")
        assert lease is not None
        await lease
        raise TaskIsGone("задачи больше нет.")
    finally:
        for other in (running, *others):
            other.cancel()
        await asyncio.wait({running, *others}, timeout=_FAREWELL)
        running.add_done_callback(_look)


def _result(running: asyncio.Future[T]) -> T:
    if running.cancelled():  # by itself: ours is only in `finally`
        raise OutcomeUnknown("функция прервала сама себя.")
    return running.result()


def _look(running: asyncio.Future[T]) -> None:
    """Its error is of no use any more; asyncio must not report it as forgotten."""
    if not running.cancelled():
        running.exception()
