"""Службы Python: функции авторов и готовые вызовы — почта, Telegram, Диск, HTTP, данные."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from exchanger.connect import OpenSystem, System
from exchanger.ports import Clock
from exchanger.systems.python.data import DATA
from exchanger.systems.python.disk import DISK, DiskOptions
from exchanger.systems.python.mail import MAIL, MailOptions
from exchanger.systems.python.merged import merged
from exchanger.systems.python.modules import systems_of
from exchanger.systems.python.settings import NAME, PythonOptions
from exchanger.systems.python.telegram import TELEGRAM, TelegramOptions
from exchanger.systems.python.web import WEB, WebOptions

__all__ = [
    "NAME",
    "PARTS",
    "DiskOptions",
    "MailOptions",
    "PythonOptions",
    "TelegramOptions",
    "WebOptions",
    "open_services",
]

PARTS: tuple[System[Any, Any], ...] = (DATA, MAIL, TELEGRAM, DISK, WEB)
"""Готовые вызовы; функции авторов — сверх них, по EXCHANGER_PYTHON_MODULES."""


@asynccontextmanager
async def open_services(
    options: PythonOptions, clock: Clock, extra_topics: Iterable[str] = ()
) -> AsyncIterator[OpenSystem]:
    """Открыть всё включённое одной системой; наружу не обращается. Функции авторов получают клиентом None."""
    async with AsyncExitStack() as stack:
        own = [
            await stack.enter_async_context(each.open(None, clock))
            for each in systems_of(options.modules, options.home)
        ]
        ready = [await stack.enter_async_context(each.open(given, clock)) for each, given in _ready(options)]
        yield merged(options.name, own, ready, clock, at_once=options.at_once, extra_topics=extra_topics)


def _ready(options: PythonOptions) -> list[tuple[System[Any, Any], object]]:
    if not options.ready:
        return []
    by_settings: list[tuple[System[Any, Any], object]] = [
        (MAIL, options.mail),
        (TELEGRAM, options.telegram),
        (DISK, options.disk),
        (WEB, options.web),
    ]
    return [(DATA, None), *((system, given) for system, given in by_settings if given is not None)]
