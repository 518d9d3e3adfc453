"""Свой брокер: виртуальный узел должен быть свободен, иначе заявки демонстрации попали бы в рабочую систему."""

from __future__ import annotations

import aio_pika
from aio_pika.abc import AbstractConnection
from aiormq.exceptions import AMQPError, ChannelNotFoundEntity

from exchanger.domain.errors import ConfigError
from exchanger.settings import BrokerSettings, ssl_context
from exchanger.wire.names import Names, queue_of, sent_queue_of

_TIMEOUT = 10.0
_QUEUES = (queue_of("bitrix24"), sent_queue_of("bitrix24"), Names().responses_queue)


async def require_free(settings: BrokerSettings) -> None:
    """`ConfigError` — брокер недоступен, или на узле уже работает кто-то другой, или лежат чужие сообщения."""
    tls = ssl_context(settings.ca_file, verify=settings.verify_tls) if settings.encrypted else None
    try:
        connection = await aio_pika.connect(
            settings.amqp_url().get_secret_value(), ssl=tls is not None, ssl_context=tls, timeout=_TIMEOUT
        )
    except (AMQPError, OSError, TimeoutError) as error:
        raise ConfigError(
            f"RabbitMQ не отвечает: {type(error).__name__}.", remedy="проверьте адрес, имя и пароль в --rabbitmq-url."
        ) from None
    async with connection:
        busy = [queue for queue in _QUEUES if await _in_use(connection, queue)]
    if busy:
        raise ConfigError(
            f"На этом виртуальном узле RabbitMQ уже работают: в очередях {', '.join(busy)} есть потребители или "
            "сообщения. Заявки демонстрации попали бы не на стенд.",
            remedy="создайте для демонстрации отдельный виртуальный узел и укажите его в --rabbitmq-url.",
        )


async def _in_use(connection: AbstractConnection, queue: str) -> bool:
    async with connection.channel() as channel:
        try:
            declared = (await channel.declare_queue(queue, passive=True)).declaration_result
        except ChannelNotFoundEntity:
            return False
    return bool(declared.consumer_count or declared.message_count)
