"""Сообщение пробы: через брокер и обратно, своей временной очередью."""

from __future__ import annotations

from secrets import token_hex

from aio_pika import Message
from aio_pika.abc import AbstractChannel

from exchanger.bus.rabbitmq.session import open_session
from exchanger.bus.rabbitmq.within import open_channel, quietly, within
from exchanger.domain.errors import Retry
from exchanger.settings import Settings
from exchanger.wiring import broker_connection


async def there_and_back(settings: Settings, body: str) -> None:
    """Отправить с подтверждением и прочитать; `Retry` — не вышло. Очередь исчезает вместе с соединением."""
    async with open_session(broker_connection(settings.broker), "проба") as session:
        channel = open_channel(session.connection, confirms=True)
        try:
            with session.spoken():
                await within(session.broker.reply_timeout, channel.initialize())
                back = await within(session.broker.reply_timeout, _travel(channel, body.encode()))
        finally:
            await quietly(1, channel.close())
    if back != body.encode():
        raise Retry("Брокер подтвердил сообщение пробы, а в очереди его нет.", remedy="смотрите журнал брокера.")


async def _travel(channel: AbstractChannel, body: bytes) -> bytes | None:
    queue = await channel.declare_queue(f"exchanger.doctor.{token_hex(8)}", exclusive=True, auto_delete=True)
    await channel.default_exchange.publish(Message(body, message_id=token_hex(8)), queue.name, mandatory=True)
    message = await queue.get(fail=False)
    if message is None:
        return None
    await message.ack()
    return message.body
