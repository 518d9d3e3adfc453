"""Настоящий RabbitMQ без root: установленный или распакованный из пакетов дистрибутива."""

from exchanger.sandbox.rabbitmq.foreign import ForeignBroker
from exchanger.sandbox.rabbitmq.server import RabbitServer, rabbitmq_process, rabbitmq_server
from exchanger.sandbox.rabbitmq.software import Software, ensure_software

__all__ = ["ForeignBroker", "RabbitServer", "Software", "ensure_software", "rabbitmq_process", "rabbitmq_server"]
