"""Срок для обращения к брокеру, который соблюдается всегда."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any, TypeVar

from aio_pika.abc import AbstractChannel, AbstractConnection

T = TypeVar("T")


class LinkBroken(ConnectionError):
    """Библиотека прервала обращение сама: связь оборвалась."""


async def within(seconds: float, call: Awaitable[T]) -> T:
    """Выполнить обращение не дольше срока: `TimeoutError` — не успело, `LinkBroken` — связь оборвалась.

    Обращение идёт своей задачей, и её конца после отмены никто не ждёт: aiormq, отменяя обращение, сам пишет в
    соединение и на застрявшем соединении не возвращается. Отдельная задача и различает отмены: наша приходит сюда,
    а `CancelledError` самой библиотеки (так кончается публикация на умершем соединении) — в результат задачи.
    """
    task = asyncio.ensure_future(call)
    try:
        done, _ = await asyncio.wait({task}, timeout=seconds)
    except asyncio.CancelledError:
        _abandon(task)
        raise
    if not done:
        _abandon(task)
        raise TimeoutError
    if task.cancelled():
        raise LinkBroken("соединение с брокером оборвалось")
    return task.result()


def open_channel(connection: AbstractConnection, *, confirms: bool = False) -> AbstractChannel:
    """Канал соединения; закрытое соединение — `LinkBroken`, а не RuntimeError библиотеки."""
    try:
        return connection.channel(publisher_confirms=confirms, on_return_raises=confirms)
    except RuntimeError as error:
        raise LinkBroken("соединение уже закрыто") from error


async def quietly(seconds: float, call: Awaitable[Any]) -> None:
    """Закрыть то, что может быть уже сломано: неудача здесь ничего не значит, связи всё равно больше нет."""
    with suppress(Exception):
        await within(seconds, call)


def _abandon(task: asyncio.Task[Any]) -> None:
    task.cancel()
    task.add_done_callback(_look)


def _look(task: asyncio.Task[Any]) -> None:
    # Reading the exception keeps asyncio from reporting it as never retrieved: nobody waits for this task any more.
    if not task.cancelled():
        task.exception()
