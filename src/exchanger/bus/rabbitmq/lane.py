"""Канал публикации в один обменник."""

from __future__ import annotations

import asyncio

from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractMessage
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity, DeliveryError, PublishError

from exchanger.bus.rabbitmq.faults import explain
from exchanger.bus.rabbitmq.link import Link
from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.bus.rabbitmq.within import open_channel, quietly, within
from exchanger.domain.errors import OutcomeUnknown, Retry


class Lane:
    """Дорожка публикации. Первая публикация нового канала идёт одна: отказ в правах закрывает канал всем.

    Обменник проверяется пассивно при каждом открытии канала: публикация в отсутствующий закрыла бы канал, а за ним, при
    неудачном стечении, и всё соединение.
    """

    def __init__(self, exchange: str, link: Link, broker: BrokerConnection) -> None:
        self._name = exchange
        self._link = link
        self._broker = broker
        self._channel: AbstractChannel | None = None
        self._exchange: AbstractExchange | None = None
        self._proven = False
        self._lock = asyncio.Lock()

    async def send(self, key: str, message: AbstractMessage) -> None:
        """Отправить и дождаться подтверждения; ошибки — как у `Publisher.publish`."""
        deadline = asyncio.get_running_loop().time() + self._broker.publish_timeout
        while True:
            exchange = self._open_exchange()
            if exchange is not None and self._proven:
                return await self._publish(exchange, key, message, alone=False)
            try:
                async with asyncio.timeout_at(deadline):
                    await self._lock.acquire()
            except TimeoutError as error:
                raise Retry("Брокер не отвечает: очередь публикаций стоит, сообщение не отправлено.") from error
            try:
                if self._proven and self._open_exchange() is not None:
                    continue  # another one has opened and proved it meanwhile
                await self._publish(await self._ready(), key, message, alone=True)
                return None
            finally:
                self._lock.release()

    def _open_exchange(self) -> AbstractExchange | None:
        self._link.connection()  # no connection: Retry at once
        return self._exchange if self._channel is not None and not self._channel.is_closed else None

    async def _ready(self) -> AbstractExchange:
        exchange = self._open_exchange()
        return exchange if exchange is not None else await self._open()

    async def _open(self) -> AbstractExchange:
        self._proven = False
        connection = self._link.connection()
        try:
            channel = open_channel(connection, confirms=True)
            exchange = await within(self._broker.publish_timeout, self._prepare(channel))
        except ChannelNotFoundEntity as error:
            raise Retry(
                f"Нет обменника «{self._name}», сообщение не отправлено.",
                remedy="создайте обменник или дайте пользователю право configure — Exchanger создаст его сам",
            ) from error
        except Exception as error:
            raise Retry(f"Сообщение не отправлено. {explain(error, self._broker)}") from error
        self._channel, self._exchange = channel, exchange
        return exchange

    async def _prepare(self, channel: AbstractChannel) -> AbstractExchange:
        try:
            await channel.initialize()
            if not self._name:
                return channel.default_exchange
            return await channel.get_exchange(self._name, ensure=True)
        except BaseException:
            await quietly(1, channel.close())
            raise

    async def _publish(self, exchange: AbstractExchange, key: str, message: AbstractMessage, *, alone: bool) -> None:
        try:
            await within(self._broker.publish_timeout, _confirmed(exchange, key, message))
        except PublishError as error:
            self._proven = True  # the broker took it and found no queue: exchange and rights are in order
            self._link.confirmed(in_time=True)
            raise Retry(
                f"Для ключа «{key}» нет очереди в обменнике «{self._name or 'по умолчанию'}», сообщение не сохранено.",
                remedy="создайте очередь и привязку или дайте пользователю право configure",
            ) from error
        except DeliveryError as error:
            raise OutcomeUnknown(
                f"Брокер отказался подтвердить сообщение с ключом «{key}»: очередь переполнена или сбой очереди."
            ) from error
        except (ChannelAccessRefused, ChannelNotFoundEntity) as error:
            fault = f"{explain(error, self._broker)}"
            if alone:  # nobody else was in this channel, so the refusal is about this message
                raise Retry(f"Сообщение не принято. {fault}") from error
            raise OutcomeUnknown(f"Канал закрыт во время публикации. {fault}") from error
        except TimeoutError as error:
            self._link.confirmed(in_time=False)
            raise OutcomeUnknown(
                f"Брокер не подтвердил сообщение за {self._broker.publish_timeout:g} с.",
                remedy="если это длится — проверьте память и диск брокера: rabbitmqctl status, раздел Alarms",
            ) from error
        except Exception as error:
            raise OutcomeUnknown(f"Связь оборвалась во время публикации. {explain(error, self._broker)}") from error
        self._proven = True
        self._link.confirmed(in_time=True)


async def _confirmed(exchange: AbstractExchange, key: str, message: AbstractMessage) -> None:
    await exchange.publish(message, key, mandatory=True)
