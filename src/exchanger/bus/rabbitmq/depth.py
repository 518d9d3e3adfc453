"""Глубина очереди: пассивное объявление в новом канале, ответ помнится секунду."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from aio_pika.abc import AbstractConnection
from aiormq.exceptions import ChannelNotFoundEntity

from exchanger.bus.rabbitmq.faults import explain
from exchanger.bus.rabbitmq.link import Link
from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.bus.rabbitmq.within import open_channel, quietly, within
from exchanger.domain.errors import Retry
from exchanger.ports import Clock

FRESH = 1.0


class Depths:
    """Сколько сообщений ждёт в очередях."""

    def __init__(self, link: Link, broker: BrokerConnection, clock: Clock) -> None:
        self._link = link
        self._broker = broker
        self._clock = clock
        self._known: dict[str, tuple[float, int]] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, queue: str) -> int:
        """Глубина очереди; `Retry` — узнать нельзя."""
        async with self._locks[queue]:
            asked, depth = self._known.get(queue, (float("-inf"), 0))
            if self._clock.monotonic() - asked < FRESH:
                return depth
            depth = await self._ask(queue)
            self._known[queue] = (self._clock.monotonic(), depth)
            return depth

    async def _ask(self, queue: str) -> int:
        connection = self._link.connection()
        try:
            return await within(self._broker.reply_timeout, _count(connection, queue))
        except ChannelNotFoundEntity as error:
            raise Retry(f"Очереди «{queue}» нет в брокере.") from error
        except Exception as error:
            raise Retry(f"Глубина очереди «{queue}» неизвестна. {explain(error, self._broker)}") from error


async def _count(connection: AbstractConnection, queue: str) -> int:
    channel = open_channel(connection)
    try:
        await channel.initialize()
        declared = await channel.declare_queue(queue, passive=True)
        return declared.declaration_result.message_count or 0
    finally:
        await quietly(1, channel.close())
