"""Знаки в брокере: поднят — значит, есть пустая устойчивая очередь `exchanger.flag.<имя>`.

Переживают перезапуск брокера, общие для всех узлов, видны в его же странице; поднять и опустить можно и в ней руками.

Есть ли очередь, спрашивает обязательная публикация с нулевым сроком жизни: нет очереди — брокер вернёт сообщение, есть
— примет и тут же забудет. Пассивное объявление ответило бы то же, но каждое «нет» — ошибка канала в журнале брокера,
десятки тысяч строк в день.

Записка знака (кто, когда, почему) лежит сообщением в своей очереди рядом: в очереди знака она задержала бы вопросы.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import uuid4

from aio_pika import DeliveryMode
from aio_pika import Message as AmqpMessage
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractMessage
from aiormq.exceptions import ChannelNotFoundEntity, ChannelPreconditionFailed, PublishError
from pamqp.common import FieldTable

from exchanger.bus.flag import checked
from exchanger.bus.rabbitmq.declare import queue_arguments
from exchanger.bus.rabbitmq.faults import broker_words, explain
from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.bus.rabbitmq.within import open_channel, quietly, within
from exchanger.domain.errors import OutcomeUnknown, Retry

Send = Callable[[str, AbstractMessage], Awaitable[None]]
"""Обязательная подтверждённая публикация в очередь с этим именем; ошибки — как у `Lane.send`."""

_NOTE: FieldTable = {"x-queue-type": "classic"}
"""Reading gives the note back to its queue; a quorum queue drops what was given back too often."""

_AGAIN = (0.05, 0.1, 0.2, 0.4, 0.0)
"""Секунды между взглядами в пустую очередь записки."""

Act = Callable[[AbstractChannel], Awaitable[object]]


def flag_queue(name: str) -> str:
    """Имя очереди знака."""
    return f"exchanger.flag.{checked(name)}"


def note_queue(name: str) -> str:
    """Имя очереди с запиской знака."""
    return f"{flag_queue(name)}.note"


class BrokerFlags:
    """Порт `NotedFlags` на брокере; `connection` бросает `Retry`, когда связи нет."""

    def __init__(self, broker: BrokerConnection, connection: Callable[[], AbstractConnection], send: Send) -> None:
        self._broker = broker
        self._connection = connection
        self._send = send

    async def raise_flag(self, name: str) -> None:
        """Поднять; нужны права configure на `exchanger.flag.*`."""
        queue, arguments = flag_queue(name), queue_arguments(self._broker)
        try:
            await self._act(lambda channel: channel.declare_queue(queue, durable=True, arguments=arguments))
        except ChannelPreconditionFailed:
            return  # it is there, made with other arguments: by hand or by another version
        except Exception as error:
            raise Retry(f"Знак {queue} не поднят. {explain(error, self._broker)}") from error

    async def lower_flag(self, name: str) -> None:
        """Опустить: очередь удаляется, в ней никогда ничего нет; с нею и записка."""
        for queue in (flag_queue(name), note_queue(name)):
            try:
                await self._act(partial(_delete, queue=queue))
            except Exception as error:
                raise Retry(f"Знак {queue} не опущен. {explain(error, self._broker)}") from error

    async def annotate(self, name: str, text: str) -> None:
        """Заменить записку."""
        queue = note_queue(name)
        try:
            await self._act(partial(_delete, queue=queue))
            await self._act(lambda channel: channel.declare_queue(queue, durable=True, arguments=_NOTE))
        except Exception as error:
            raise Retry(f"Записка {queue} не сохранена. {explain(error, self._broker)}") from error
        note = AmqpMessage(text.encode(), delivery_mode=DeliveryMode.PERSISTENT, message_id=str(uuid4()))
        await self._send(queue, note)

    async def note(self, name: str) -> str:
        """Записка; прочитанная остаётся в очереди. Пока её держит другой читатель, очередь пуста: спросить снова."""
        for pause in _AGAIN:
            text = await self._note(name)
            if text != "":
                return text or ""
            await asyncio.sleep(pause)
        return ""

    async def _note(self, name: str) -> str | None:
        """None - there is no queue of the note; empty - there is, with nothing to read now."""
        queue, found = note_queue(name), list[str]()

        async def read(channel: AbstractChannel) -> None:
            message = await (await channel.get_queue(queue, ensure=False)).get(fail=False)
            if message is not None:
                found.append(message.body.decode("utf-8", "replace"))
                await message.nack(requeue=True)

        try:
            await self._act(read)
        except ChannelNotFoundEntity:
            return None
        except Exception as error:
            raise Retry(f"Записку {queue} не прочитать. {explain(error, self._broker)}") from error
        return "".join(found)

    async def is_raised(self, name: str) -> bool:
        """Поднят ли сейчас."""
        queue = flag_queue(name)
        question = AmqpMessage(b"", expiration=0, delivery_mode=DeliveryMode.NOT_PERSISTENT, message_id=str(uuid4()))
        try:
            await self._send(queue, question)
        except OutcomeUnknown:
            return await self._is_there(queue)  # it came back from no queue, so most likely there is one
        except Retry as answer:
            if isinstance(answer.__cause__, PublishError):
                return False
            raise
        return True

    async def _is_there(self, queue: str) -> bool:
        """A quorum queue that has no leader yet confirms nothing, but the broker knows of it."""
        try:
            await self._act(lambda channel: channel.declare_queue(queue, passive=True))
        except ChannelNotFoundEntity as error:
            if "home node" in broker_words(error):  # a classic queue whose node is down
                raise Retry(f"Знак {queue} на недоступном узле брокера. {explain(error, self._broker)}") from error
            return False
        except Exception as error:
            raise Retry(f"Поднят ли знак {queue}, неизвестно. {explain(error, self._broker)}") from error
        return True

    async def _act(self, act: Act) -> None:
        channel = open_channel(self._connection())
        try:
            await within(self._broker.reply_timeout, _on(channel, act))
        finally:
            await quietly(1, channel.close())


async def _delete(channel: AbstractChannel, *, queue: str) -> None:
    await channel.queue_delete(queue)


async def _on(channel: AbstractChannel, act: Act) -> None:
    await channel.initialize()
    await act(channel)
