"""Общее у служб: работать, пока не остановят, и говорить об этом systemd."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterable

from exchanger.telemetry.log import log
from exchanger.telemetry.systemd import Notifier


async def until_stopped(
    works: Iterable[Coroutine[None, None, None]], status: Callable[[], str], stop: asyncio.Event
) -> None:
    """Сообщить о готовности, работать до `stop` или конца одной из работ; её ошибка идёт дальше."""
    notifier = Notifier()
    tasks = [asyncio.create_task(each) for each in (*works, notifier.keep(status), _wait(stop))]
    notifier.send(READY="1")
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    log.info("останавливаемся")
    notifier.send(STOPPING="1")
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result


def stop_on_signals() -> asyncio.Event:
    """Событие, которое наступает с SIGINT или SIGTERM; заводят первым: остановить могут и посреди запуска."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()
