"""Извещения одной службы: что собрать и когда остановить."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager

from exchanger.domain.errors import ConfigError
from exchanger.ops.notices.book import Book, Pace
from exchanger.ops.notices.channels import open_channels
from exchanger.ops.notices.herald import Herald
from exchanger.ops.notices.outgoing import Outgoing
from exchanger.ops.notices.watch import Watch
from exchanger.settings import NoticeSettings, Settings
from exchanger.telemetry.log import log
from exchanger.wiring import Exchanger


def pace_of(settings: NoticeSettings) -> Pace:
    """Темп извещений по настройкам."""
    return Pace(settings.after, settings.quiet_hours, settings.per_hour)


@asynccontextmanager
async def kept_notices(settings: Settings, exchanger: Exchanger, service: str) -> AsyncIterator[None]:
    """Извещать, пока открыт контекст; получателей нет — ничего не делать, негодные настройки — только записать."""
    async with AsyncExitStack() as stack:
        works = await _works(settings, exchanger, service, stack) if settings.notices.wanted else []
        tasks = [asyncio.create_task(work) for work in works]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _works(
    settings: Settings, exchanger: Exchanger, service: str, stack: AsyncExitStack
) -> list[Coroutine[None, None, None]]:
    context = exchanger.context
    try:
        channels = await stack.enter_async_context(open_channels(settings, context.clock))
    except ConfigError as error:
        log.error("извещать нечем, служба работает без извещений", reason=str(error))
        return []
    outgoing = [Outgoing(channel, context.clock) for channel in channels]
    book = Book(pace_of(settings.notices), settings.installation.name)
    herald = Herald(context.bus, context.clock, book, outgoing)
    watch = Watch(context.health, context.bus, context.clock, service)
    return [herald.run(), watch.run(), *(each.run() for each in outgoing)]
