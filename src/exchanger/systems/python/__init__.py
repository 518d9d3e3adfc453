"""Службы Python: функции авторов и готовые вызовы — почта, Telegram, Диск, HTTP, данные."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from exchanger.connect import OpenSystem, System
from exchanger.ports import Clock
from exchanger.systems.python.mail import MAIL, MailOptions
from exchanger.systems.python.merged import merged
from exchanger.systems.python.modules import systems_of
from exchanger.systems.python.settings import NAME, PythonOptions
from exchanger.systems.python.telegram import TELEGRAM, TelegramOptions

__all__ = ["NAME", "MailOptions", "PythonOptions", "TelegramOptions", "open_services"]


@asynccontextmanager
async def open_services(
    options: PythonOptions, clock: Clock, extra_topics: Iterable[str] = ()
) -> AsyncIterator[OpenSystem]:
    """Открыть всё включённое одной системой; наружу не обращается. Функции авторов получают клиентом None."""
    chosen: list[tuple[System[Any, Any], object]] = [(own, None) for own in systems_of(options.modules, options.home)]
    if options.ready:
        chosen += [(system, given) for system, given in _ready(options) if given is not None]
    async with AsyncExitStack() as stack:
        parts = [await stack.enter_async_context(system.open(given, clock)) for system, given in chosen]
        yield merged(options.name, parts, clock, at_once=options.at_once, extra_topics=extra_topics)


def _ready(options: PythonOptions) -> list[tuple[System[Any, Any], object]]:
    return [(MAIL, options.mail), (TELEGRAM, options.telegram)]
