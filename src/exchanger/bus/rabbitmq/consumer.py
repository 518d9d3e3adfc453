"""Потребитель очереди, который возвращается сам: после обрыва, удаления очереди, закрытого канала."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue
from aiormq.exceptions import ChannelPreconditionFailed

from exchanger.bus.desk import SPARE, Desk, Verdict
from exchanger.bus.rabbitmq.declare import Declarations
from exchanger.bus.rabbitmq.faults import explain
from exchanger.bus.rabbitmq.incoming import delivery_of
from exchanger.bus.rabbitmq.link import LONGEST_WAIT, Link, waits
from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.bus.rabbitmq.within import LinkBroken, open_channel, quietly, within
from exchanger.telemetry.log import log

CONSUMED = "потребляется"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Открытый канал потребителя; `ended` — его больше нет, и слова брокера, если были."""

    connection: AbstractConnection
    channel: AbstractChannel
    queue: AbstractQueue
    tag: str
    ended: asyncio.Future[BaseException | None]


class Consumer:
    """Потребитель одной очереди."""

    def __init__(self, queue: str, at_once: int, desk: Desk, link: Link, declarations: Declarations) -> None:
        self._name = queue
        self._prefetch = at_once + SPARE
        self._desk = desk
        self._link = link
        self._declarations = declarations
        self._subscription: Subscription | None = None
        self._fault: str | None = "ещё не подключён"
        self._said = False

    @property
    def state(self) -> str:
        """«потребляется» или причина."""
        return CONSUMED if self._fault is None else self._fault

    async def run(self, broker: BrokerConnection) -> None:
        """Потреблять, пока не отменят."""
        pauses = waits(LONGEST_WAIT)
        while True:
            connection = await self._link.wait()
            try:
                subscription = await self._subscribe(connection, broker)
                pauses = waits(LONGEST_WAIT)
                await self._watch(subscription, broker)
            except Exception as error:  # noqa: BLE001  a consumer never gives up: it says why and comes back
                self._down(str(explain(error, broker)))
            await self._leave()
            await asyncio.sleep(next(pauses))

    async def close(self, grace: float) -> None:
        """Перестать получать, дождаться идущих обработчиков, вернуть остальное."""
        subscription = self._subscription
        if subscription is not None:
            await quietly(2, subscription.queue.cancel(subscription.tag))
        try:
            await self._desk.close(grace)
        finally:
            await self._leave()

    async def _subscribe(self, connection: AbstractConnection, broker: BrokerConnection) -> Subscription:
        await self._declarations.queue(connection, self._name)
        channel = open_channel(connection)
        try:
            self._subscription = await within(broker.reply_timeout, self._attach(connection, channel))
        except BaseException:
            await quietly(1, channel.close())
            raise
        self._back()
        return self._subscription

    async def _attach(self, connection: AbstractConnection, channel: AbstractChannel) -> Subscription:
        await channel.initialize()
        await channel.set_qos(prefetch_count=self._prefetch)
        queue = await channel.declare_queue(self._name, passive=True)
        ended: asyncio.Future[BaseException | None] = asyncio.get_running_loop().create_future()
        channel.close_callbacks.add(lambda _, error=None: _end(ended, error))
        underlay = await channel.get_underlay_channel()
        # The broker cancels a consumer when its queue is deleted; the channel stays open and silent.
        underlay.on_consumer_cancel_callbacks.add(lambda _: _end(ended, None))
        tag = await queue.consume(self._take)
        return Subscription(connection, channel, queue, tag, ended)

    async def _take(self, incoming: AbstractIncomingMessage) -> None:
        # This call belongs to the channel and dies with it; the work must not.
        self._desk.take(self._work(incoming))

    async def _work(self, incoming: AbstractIncomingMessage) -> None:
        verdict = await self._desk.verdict(delivery_of(incoming, self._name))
        reply = incoming.ack() if verdict is Verdict.ACK else incoming.nack(requeue=True)
        try:
            await within(5, reply)
        except Exception as error:  # noqa: BLE001  a stale channel: the broker delivers the message again
            log.warning(
                "Сообщение не подтверждено: канала уже нет, брокер доставит его ещё раз",
                task=incoming.correlation_id, queue=self._name, reason=str(error),
            )  # fmt: skip

    async def _watch(self, subscription: Subscription, broker: BrokerConnection) -> None:
        """Ждать конца подписки, время от времени спрашивая брокера, жива ли она."""
        while True:
            await asyncio.wait({subscription.ended}, timeout=broker.watch_every)
            if not subscription.ended.done():
                await self._probe(subscription, broker)
                continue
            said = subscription.ended.result()
            if isinstance(said, ChannelPreconditionFailed):
                raise said
            raise LinkBroken("канал закрыт или очередь удалена")

    async def _probe(self, subscription: Subscription, broker: BrokerConnection) -> None:
        asked = subscription.channel.declare_queue(self._name, passive=True)
        try:
            answer = await within(broker.check_timeout, asked)
        except TimeoutError:
            await self._link.suspect(subscription.connection)
            raise
        if not answer.declaration_result.consumer_count:
            raise LinkBroken("брокер не числит у очереди ни одного потребителя")

    async def _leave(self) -> None:
        subscription, self._subscription = self._subscription, None
        await self._desk.drop_idle()
        if subscription is not None:
            await quietly(2, subscription.channel.close())

    def _back(self) -> None:
        self._fault = None
        if self._said:
            log.info("Потребитель очереди вернулся", queue=self._name)
            self._said = False

    def _down(self, reason: str) -> None:
        self._fault = reason
        if not self._said:
            log.warning("Потребитель очереди потерян, подключение повторяется", queue=self._name, reason=reason)
            self._said = True


def _end(ended: asyncio.Future[BaseException | None], error: object) -> None:
    if not ended.done():
        ended.set_result(error if isinstance(error, BaseException) else None)
