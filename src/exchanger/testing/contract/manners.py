"""Чем меряют порядок: журнал, тайны в цепочке ошибок, сколько ждали остальные."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from itertools import pairwise

from exchanger.telemetry.log import log

_TICK = 0.01
LONGEST_WAIT = 60
"""Столько раз по 10 мс остальные могут прождать; больше — операция заняла цикл событий."""


@contextmanager
def logged() -> Iterator[list[str]]:
    """Строки журнала, какими их видит оператор: сообщение, поля, исключение."""
    lines: list[str] = []
    sink = log.add(lambda line: lines.append(str(line)), level=0, format="{message} {extra} {exception}")
    try:
        yield lines
    finally:
        log.remove(sink)


def told(error: BaseException, secret: str) -> list[BaseException]:
    """Ошибки цепочки, которые показывают тайну."""
    found: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None:
        if secret in f"{cause} {cause!r}":
            found.append(cause)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return found


async def longest_wait(work: Awaitable[object]) -> int:
    """Наибольшее число отсчётов потока между двумя отсчётами цикла: стоит вся машина — стоят оба, это не в счёт."""
    ticks, seen, stop = [0], [0], threading.Event()

    def count() -> None:
        while not stop.is_set():
            time.sleep(_TICK)
            ticks[0] += 1

    async def watch() -> None:
        while True:
            await asyncio.sleep(_TICK)
            seen.append(ticks[0])

    thread = threading.Thread(target=count, daemon=True)
    thread.start()
    watcher = asyncio.create_task(watch())
    try:
        await asyncio.sleep(0)
        await work
        seen.append(ticks[0])
    finally:
        watcher.cancel()
        stop.set()
    return max(later - earlier for earlier, later in pairwise(seen))
