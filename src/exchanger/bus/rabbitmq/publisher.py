"""Публикация: вернуться, когда брокер подтвердил, что сообщение сохранено и попало в очередь."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from aio_pika import DeliveryMode
from aio_pika import Message as AmqpMessage

from exchanger.bus.rabbitmq.lane import Lane
from exchanger.bus.rabbitmq.link import Link
from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.domain.errors import Reject, Retry
from exchanger.ports import Address, Clock, Message

LONGEST_KEY = 255
"""Байт в ключе и имени (AMQP 0-9-1)."""


class Publisher:
    """Издатель: канал на обменник, чтобы отказ одного (нет обменника, нет прав) не уронил соседей."""

    def __init__(self, link: Link, broker: BrokerConnection, clock: Clock, *, mend: Callable[[], None]) -> None:
        self._link = link
        self._broker = broker
        self._clock = clock
        self._mend = mend
        self._lanes: dict[str, Lane] = {}

    async def publish(self, to: Address, message: Message) -> None:
        """Сохранить сообщение.

        `Retry` — точно не сохранено (нет связи, обменника, очереди, прав); `OutcomeUnknown` — отправлено, ответа нет:
        публиковать снова, получатель узнаёт повтор по ключу; `Reject` — брокер такого не примет никогда.
        """
        self._weigh(to, message)
        lane = self._lanes.setdefault(to.exchange, Lane(to.exchange, self._link, self._broker))
        try:
            await lane.send(to.routing_key, self._amqp(message))
        except Retry:
            self._mend()  # the topology may have been damaged meanwhile; the next attempt finds it mended
            raise

    def _weigh(self, to: Address, message: Message) -> None:
        size = len(message.body)
        if size > self._broker.largest_message:
            raise Reject(
                f"Сообщение {message.correlation_id or 'без ключа'} слишком велико: {size} байт при пределе брокера "
                f"{self._broker.largest_message}.",
                remedy="Уменьшите переменные задачи (файлы передавайте ссылкой).",
            )
        if len(to.routing_key.encode()) > LONGEST_KEY:
            raise Reject(
                f"Ключ маршрута длиннее {LONGEST_KEY} байт: {to.routing_key[:60]}…",
                remedy="Сократите имя темы внешней задачи.",
            )

    def _amqp(self, message: Message) -> AmqpMessage:
        # message_id is new for every attempt: the client matches returned messages by it, and two in flight with the
        # same id make the lost one "confirmed". The key of the task goes into correlation_id.
        return AmqpMessage(
            message.body,
            content_type="application/json",
            delivery_mode=DeliveryMode.PERSISTENT,
            message_id=str(uuid4()),
            correlation_id=message.correlation_id or None,
            timestamp=self._clock.now(),
            headers=dict(message.headers),
        )
