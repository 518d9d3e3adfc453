"""Разговор с брокером на время одной команды оператора: не вышло — ошибка сразу, а не повтор в фоне."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractMessage
from aiormq.exceptions import AMQPError, ChannelInvalidStateError, ChannelLockedResource, ChannelNotFoundEntity

from exchanger.bus.rabbitmq.faults import explain
from exchanger.bus.rabbitmq.lane import Lane
from exchanger.bus.rabbitmq.link import Link, dial
from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.bus.rabbitmq.term import term_queue
from exchanger.bus.rabbitmq.within import open_channel, quietly, within
from exchanger.domain.errors import Retry
from exchanger.ports import Address


@dataclass(frozen=True, slots=True)
class QueueState:
    """Очередь сейчас: сколько ждёт и сколько потребителей."""

    messages: int
    consumers: int


class _Dialled(Link):
    """Соединение, которое уже есть и заново не устанавливается."""

    def __init__(self, broker: BrokerConnection, purpose: str, connection: AbstractConnection) -> None:
        super().__init__(broker, purpose)
        self._connection = connection


class Session:
    """Соединение одной команды; каждый вопрос, на который брокер может отказать, идёт своим каналом."""

    def __init__(self, link: Link, broker: BrokerConnection) -> None:
        self._link = link
        self.broker = broker
        self._lanes: dict[str, Lane] = {}

    @property
    def connection(self) -> AbstractConnection:
        """Соединение."""
        return self._link.connection()

    async def state(self, queue: str) -> QueueState | None:
        """Очередь по пассивному объявлению; None — её нет."""
        with self.spoken():
            try:
                async with self.channel() as channel:
                    declared = await within(self.broker.reply_timeout, channel.declare_queue(queue, passive=True))
            except ChannelNotFoundEntity:
                return None
        result = declared.declaration_result
        return QueueState(result.message_count or 0, result.consumer_count or 0)

    async def claim(self, queue: str) -> None:
        """Разбирать очередь руками может одна команда: отметка живёт до конца соединения; занята — `Retry`.

        Взятое через basic.get потребителем не считается: другая команда приняла бы очередь за пустую.
        """
        with self.spoken():
            try:
                async with self.channel() as channel:
                    mark = channel.declare_queue(term_queue(f"hands.{queue}"), exclusive=True)
                    await within(self.broker.reply_timeout, mark)
            except ChannelLockedResource as error:
                raise Retry(f"Очередь «{queue}» сейчас разбирает другая команда: дождитесь её конца.") from error

    async def send(self, to: Address, message: AbstractMessage) -> None:
        """Опубликовать и дождаться подтверждения; ошибки — как у `Publisher.publish`."""
        lane = self._lanes.setdefault(to.exchange, Lane(to.exchange, self._link, self.broker))
        await lane.send(to.routing_key, message)

    @contextmanager
    def spoken(self) -> Iterator[None]:
        """Ошибку AMQP внутри блока сказать по-русски: `Retry`."""
        try:
            yield
        except (AMQPError, ChannelInvalidStateError, OSError, TimeoutError) as error:
            raise Retry(str(explain(error, self.broker))) from error

    @asynccontextmanager
    async def channel(self) -> AsyncIterator[AbstractChannel]:
        """Свежий канал; неподтверждённое в нём брокер при закрытии возвращает в очереди, в прежнем порядке."""
        channel = open_channel(self.connection)
        try:
            await within(self.broker.reply_timeout, channel.initialize())
            yield channel
        finally:
            await quietly(self.broker.reply_timeout, channel.close())


@asynccontextmanager
async def open_session(broker: BrokerConnection, purpose: str) -> AsyncIterator[Session]:
    """Соединиться на время блока; `Retry` — не вышло, с причиной."""
    try:
        connection = await dial(broker, purpose)
    except Exception as error:
        raise Retry(str(explain(error, broker))) from error
    try:
        yield Session(_Dialled(broker, purpose, connection), broker)
    finally:
        await quietly(2, connection.close())
