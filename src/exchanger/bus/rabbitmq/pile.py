"""Разбор очереди руками: каждое сообщение берётся один раз, убирается только решённое, остальное возвращается."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aio_pika import DeliveryMode
from aio_pika import Message as AmqpMessage
from aio_pika.abc import AbstractIncomingMessage, AbstractQueue

from exchanger.bus.rabbitmq.incoming import delivery_of
from exchanger.bus.rabbitmq.session import Session
from exchanger.bus.rabbitmq.within import within
from exchanger.ports import Address, Delivery

WORN = 10
"""Возвратов, после которых сообщение возвращается копией: чужая кворумная очередь RabbitMQ 4 теряет его после 20."""

_OF_QUEUE = frozenset({"x-delivery-count", "x-acquired-count"})


class Held:
    """Сообщение на руках: в очереди его не видно, но оно её, пока не убрано."""

    def __init__(self, incoming: AbstractIncomingMessage, queue: str) -> None:
        self._incoming = incoming
        self.delivery: Delivery = delivery_of(incoming, queue)
        self.removed = False

    def copy(self, body: bytes | None = None, *, without: frozenset[str] = frozenset()) -> AmqpMessage:
        """Такое же сообщение для публикации; `body` — другое тело, `without` — заголовки, которых в копии нет."""
        source = self._incoming
        dropped = without | _OF_QUEUE
        return AmqpMessage(
            source.body if body is None else body,
            headers={name: value for name, value in source.headers.items() if name not in dropped},
            content_type=source.content_type,
            content_encoding=source.content_encoding,
            delivery_mode=DeliveryMode.PERSISTENT,
            priority=source.priority,
            correlation_id=source.correlation_id,
            reply_to=source.reply_to,
            expiration=source.expiration,
            message_id=source.message_id,
            timestamp=source.timestamp,
            type=source.type,
            app_id=source.app_id,
        )

    async def remove(self) -> None:
        """Убрать из очереди: последнее действие, когда всё нужное уже сделано и подтверждено."""
        await self._incoming.ack()
        self.removed = True

    @property
    def is_worn(self) -> bool:
        """Возвращать ещё раз опасно."""
        count = self._incoming.headers.get("x-delivery-count")
        return isinstance(count, int) and count >= WORN


class Pass:
    """Один проход по тому, что было в очереди в его начале; выдаёт сообщения по одному."""

    def __init__(self, session: Session, queue: AbstractQueue, depth: int) -> None:
        self._session = session
        self._queue = queue
        self._depth = depth
        self._current: Held | None = None

    async def __aiter__(self) -> AsyncIterator[Held]:
        for _ in range(self._depth):
            await self.put_down()
            incoming = await within(self._session.broker.reply_timeout, self._queue.get(fail=False))
            if incoming is None:
                return
            self._current = Held(incoming, self._queue.name)
            yield self._current

    async def put_down(self) -> None:
        """Отложить последнее взятое: изношенное возвращается копией в конец очереди, обычное — в конце прохода."""
        held, self._current = self._current, None
        if held is not None and not held.removed and held.is_worn:
            await self._session.send(Address("", self._queue.name), held.copy())
            await held.remove()


@asynccontextmanager
async def pile(session: Session, queue: str) -> AsyncIterator[Pass]:
    """Проход по очереди. Обрыв, ошибка, смерть процесса возвращают всё неубранное.

    Взятое и не убранное держится до конца прохода (тела в памяти не остаются), потом канал закрывается, и брокер
    возвращает его в прежнем порядке. Проход дольше срока потребителя (30 минут) брокер оборвёт с тем же итогом.
    """
    await session.claim(queue)
    with session.spoken():
        async with session.channel() as channel:
            found = await within(session.broker.reply_timeout, channel.declare_queue(queue, passive=True))
            taken = Pass(session, found, found.declaration_result.message_count or 0)
            try:
                yield taken
            finally:
                await taken.put_down()
