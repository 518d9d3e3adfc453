"""Топология в брокере: чего нет — создать, что есть — принять как есть и сказать, чем отличается."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import aiormq
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity, ChannelPreconditionFailed
from pamqp.common import FieldTable

from exchanger.bus.rabbitmq.faults import broker_words, explain
from exchanger.bus.rabbitmq.settings import DELIVERY_LIMIT, BrokerConnection
from exchanger.bus.rabbitmq.within import open_channel, quietly, within
from exchanger.bus.topology import Binding, Exchange, Topology
from exchanger.telemetry.log import log

AS_EXPECTED = "как ожидалось"

Ask = Callable[[AbstractChannel], Awaitable[object]]


class Declarations:
    """Объявление объектов и память о том, что с каждым не так.

    Брокер закрывает канал после каждого отказа, поэтому у каждого вопроса, на который возможен отказ, канал свой.
    """

    def __init__(self, topology: Topology, broker: BrokerConnection) -> None:
        self._topology = topology
        self._broker = broker
        self._notes: dict[str, str] = {}

    @property
    def notes(self) -> Mapping[str, str]:
        """Объект → чем отличается или почему его нет."""
        return self._notes

    async def all(self, connection: AbstractConnection) -> None:
        """Объявить всё; отказы брокера записываются и работу не останавливают."""
        for exchange in self._topology.exchanges.values():
            await self._exchange(connection, exchange)
        for queue in self._topology.queues:
            await self.queue(connection, queue)

    async def queue(self, connection: AbstractConnection, name: str) -> None:
        """Объявить очередь с её привязками. Очередь не из топологии только проверяется."""
        if name in self._topology.queues:
            arguments = queue_arguments(self._broker)
            await self._object(
                connection,
                f"очередь {name}",
                passive=lambda channel: channel.declare_queue(name, passive=True),
                active=lambda channel: channel.declare_queue(name, durable=True, arguments=arguments),
            )
        for binding in self._topology.bindings_of(name):
            await self._bind(connection, binding)

    async def _exchange(self, connection: AbstractConnection, exchange: Exchange) -> None:
        arguments = exchange_arguments(exchange)
        await self._object(
            connection,
            f"обменник {exchange.name}",
            passive=lambda channel: channel.declare_exchange(exchange.name, exchange.kind, passive=True),
            active=lambda channel: channel.declare_exchange(
                exchange.name, exchange.kind, durable=True, arguments=arguments
            ),
        )

    async def _object(self, connection: AbstractConnection, name: str, *, passive: Ask, active: Ask) -> None:
        exists = await self._exists(connection, passive)
        try:
            # For an existing object this only compares: a differing one is refused, never changed.
            await self._ask(connection, active)
        except ChannelPreconditionFailed as refusal:
            self._note(name, f"отличается от ожидаемого, принято как есть: {broker_words(refusal)}", bad=False)
        except ChannelAccessRefused as refusal:
            if exists:
                self._notes.pop(name, None)
            else:
                self._note(name, f"нет, и создать его нельзя. {explain(refusal, self._broker)}", bad=True)
        else:
            self._created(name, exists=exists)

    async def _exists(self, connection: AbstractConnection, passive: Ask) -> bool:
        try:
            await self._ask(connection, passive)
        except ChannelNotFoundEntity:
            return False
        return True

    def _created(self, name: str, *, exists: bool) -> None:
        if not exists:
            log.info("В брокере создан объект", object=name)
        if self._notes.pop(name, None) is not None:
            log.info("Объект брокера теперь такой, как ожидалось", object=name)

    async def _bind(self, connection: AbstractConnection, binding: Binding) -> None:
        name = f"привязка {binding.exchange} → {binding.queue} ({binding.key or '—'})"
        try:
            await self._ask(
                connection,
                lambda channel: _bind(channel, binding),
            )
        except (ChannelAccessRefused, ChannelNotFoundEntity) as refusal:
            self._note(name, f"не проверена: {broker_words(refusal)}", bad=False)
        else:
            self._notes.pop(name, None)

    async def _ask(self, connection: AbstractConnection, question: Ask) -> None:
        channel = open_channel(connection)
        try:
            await within(self._broker.reply_timeout, _on(channel, question))
        finally:
            await quietly(1, channel.close())

    def _note(self, name: str, text: str, *, bad: bool) -> None:
        if self._notes.get(name) == text:
            return
        self._notes[name] = text
        log.log("ERROR" if bad else "WARNING", "Объект брокера не такой, как ожидалось", object=name, reason=text)


def queue_arguments(broker: BrokerConnection) -> FieldTable:
    """Аргументы наших очередей."""
    if broker.queue_type == "quorum":
        return {"x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT}
    return {"x-queue-type": broker.queue_type}


def exchange_arguments(exchange: Exchange) -> FieldTable | None:
    """Аргументы обменника."""
    return {"alternate-exchange": exchange.alternate} if exchange.alternate else None


async def _on(channel: AbstractChannel, question: Ask) -> None:
    await channel.initialize()
    await question(channel)


async def _bind(channel: AbstractChannel, binding: Binding) -> aiormq.spec.Queue.BindOk:
    underlay = await channel.get_underlay_channel()
    return await underlay.queue_bind(binding.queue, binding.exchange, binding.key)
