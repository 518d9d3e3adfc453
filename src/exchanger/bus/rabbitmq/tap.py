"""Копии того, что идёт через обменники: своя временная очередь, привязанная рядом с настоящими.

Настоящие очереди получают своё как получали. Временная принадлежит соединению и исчезает вместе с ним, чем бы команда
ни кончилась; длиннее `LONGEST` она не бывает — медленный читатель теряет старое и не копит его в брокере.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from pamqp.common import FieldTable

from exchanger.bus.rabbitmq.incoming import delivery_of
from exchanger.bus.rabbitmq.link import lost_event
from exchanger.bus.rabbitmq.session import Session
from exchanger.bus.rabbitmq.within import within
from exchanger.domain.errors import Retry
from exchanger.ports import Address, Delivery

LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Tap:
    """Открытый кран: имя временной очереди и ожидание её конца."""

    queue: str
    gone: asyncio.Event

    async def broken(self) -> None:
        """Вернуться не раньше, чем связь оборвётся, и сказать об этом: `Retry`."""
        await self.gone.wait()
        raise Retry("Связь с брокером оборвалась.", remedy="запустите команду снова; пропущенного она не покажет.")


@asynccontextmanager
async def tapped(session: Session, sources: Sequence[Address], take: Callable[[Delivery], None]) -> AsyncIterator[Tap]:
    """Отдавать `take` копию каждого сообщения этих обменников и ключей, пока открыт контекст.

    `Retry` — нет связи, прав или обменника.
    """
    name = f"exchanger.tap.{token_hex(8)}"
    async with session.channel() as channel:
        gone = lost_event(session.connection)
        channel.close_callbacks.add(lambda *_: gone.set())
        with session.spoken():
            await within(session.broker.reply_timeout, _open(channel, name, sources, take))
        yield Tap(name, gone)


async def _open(
    channel: AbstractChannel, name: str, sources: Sequence[Address], take: Callable[[Delivery], None]
) -> None:
    arguments: FieldTable = {"x-max-length": LONGEST}
    queue = await channel.declare_queue(name, exclusive=True, auto_delete=True, arguments=arguments)

    async def hear(incoming: AbstractIncomingMessage) -> None:
        take(delivery_of(incoming, name))

    await queue.consume(hear, no_ack=True)
    for source in sources:
        await queue.bind(source.exchange, source.routing_key)
