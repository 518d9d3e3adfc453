"""Шина на RabbitMQ через aio-pika (ловушки измерены на 10.2.1 и aiormq 7.2.4; при смене версии — прогнать тесты)."""

from exchanger.bus.rabbitmq.bus import RabbitBus
from exchanger.bus.rabbitmq.settings import BrokerConnection

__all__ = ["BrokerConnection", "RabbitBus"]
