"""События через брокер: без подтверждений, в обменник `exchanger.events`, ключ `<система>.<род>`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aio_pika import DeliveryMode
from aio_pika import Message as AmqpMessage
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage

from exchanger.bus.events import Listener, Outbox, decode, encode
from exchanger.bus.rabbitmq.faults import explain
from exchanger.bus.rabbitmq.link import LONGEST_WAIT, Link, lost_event, waits
from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.bus.rabbitmq.within import open_channel, quietly, within
from exchanger.domain.event import Event
from exchanger.telemetry.log import log
from exchanger.wire.names import EVENTS

EVERYTHING = "#"


class Emitter:
    """Отправитель событий: берёт из запаса и публикует, пока есть связь; без неё запас теряет старое."""

    def __init__(self, outbox: Outbox, link: Link, broker: BrokerConnection) -> None:
        self._outbox = outbox
        self._link = link
        self._broker = broker

    async def run(self) -> None:
        """Отправлять, пока не отменят."""
        pauses = waits(LONGEST_WAIT)
        while True:
            connection = await self._link.wait()
            try:
                await self._session(connection)
            except Exception as error:  # noqa: BLE001  events are for people: their loss never stops the work
                log.debug("События не отправляются", reason=explain(error, self._broker))
            await asyncio.sleep(next(pauses))

    async def _session(self, connection: AbstractConnection) -> None:
        channel = open_channel(connection)
        try:
            await self._send_all(await within(self._broker.reply_timeout, _exchange(channel)))
        finally:
            await quietly(1, channel.close())

    async def _send_all(self, exchange: AbstractExchange) -> None:
        while True:
            event = await self._outbox.take()
            message = AmqpMessage(
                encode(event),
                content_type="application/json",
                delivery_mode=DeliveryMode.NOT_PERSISTENT,
                correlation_id=event.task_id or None,
            )
            await within(
                self._broker.publish_timeout,
                exchange.publish(message, f"{event.system}.{event.kind}", mandatory=False),
            )


@asynccontextmanager
async def listen(
    link: Link, broker: BrokerConnection, listener: Listener, *, key: str = EVERYTHING
) -> AsyncIterator[None]:
    """Получать события с этим ключом, пока открыт контекст; связь чинится сама, события времени обрыва не доходят."""
    task = asyncio.create_task(_listen(link, broker, listener, key))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})


async def _listen(link: Link, broker: BrokerConnection, listener: Listener, key: str) -> None:
    pauses = waits(LONGEST_WAIT)
    while True:
        connection = await link.wait()
        try:
            await _hear_out(connection, broker, listener, key)
        except Exception as error:  # noqa: BLE001  the listener comes back by itself
            log.debug("События не принимаются", reason=explain(error, broker))
        await asyncio.sleep(next(pauses))


async def _hear_out(connection: AbstractConnection, broker: BrokerConnection, listener: Listener, key: str) -> None:
    """Слушать, пока канал открыт."""
    channel = open_channel(connection)
    try:
        gone = lost_event(connection)
        channel.close_callbacks.add(lambda *_: gone.set())
        await within(broker.reply_timeout, _subscribe(channel, listener, key))
        await gone.wait()
    finally:
        await quietly(1, channel.close())


async def _exchange(channel: AbstractChannel) -> AbstractExchange:
    await channel.initialize()
    return await channel.get_exchange(EVENTS, ensure=True)


async def _subscribe(channel: AbstractChannel, listener: Listener, key: str) -> None:
    exchange = await _exchange(channel)
    queue = await channel.declare_queue(exclusive=True)
    await queue.bind(exchange, key)

    async def hear(incoming: AbstractIncomingMessage) -> None:
        await _hear(incoming, listener)

    await queue.consume(hear, no_ack=True)


async def _hear(incoming: AbstractIncomingMessage, listener: Listener) -> None:
    try:
        event: Event = decode(incoming.body)
        await listener(event)
    except Exception as error:  # noqa: BLE001  one bad event or listener must not end the channel
        log.warning("Событие не принято", reason=str(error))
