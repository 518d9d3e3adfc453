"""Синхронная функция в своём потоке: зависшая никому не мешает, в том числе остановке службы."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def in_thread(work: Callable[[], T], name: str) -> T:
    """Выполнить в потоке-демоне и дождаться. Отмена ожидания поток не прерывает: Python так не умеет.

    Общий пул не годится: зависшие функции заняли бы его весь, а с ним и разрешение имён всех соединений.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            result = context.run(work)
        except StopIteration as error:  # a future does not take it
            _tell(loop, done, RuntimeError(f"StopIteration: {error}"))
        except BaseException as error:  # noqa: BLE001 - it is raised where the result is awaited
            _tell(loop, done, error)
        else:
            _tell(loop, done, None, result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return await done


def _tell(loop: asyncio.AbstractEventLoop, done: asyncio.Future[T], error: BaseException | None, *result: T) -> None:
    def settle() -> None:
        if done.done():  # nobody waits any more
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result[0])

    with suppress(RuntimeError):  # the loop is closed: the process is stopping
        loop.call_soon_threadsafe(settle)
