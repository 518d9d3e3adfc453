"""Что значит ошибка AMQP: по-русски, с тем, что делать."""

from __future__ import annotations

import ssl
from dataclasses import dataclass

from aiormq.exceptions import (
    AMQPConnectionError,
    AuthenticationError,
    ChannelAccessRefused,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
    ConnectionNotAllowed,
    InvalidFrameError,
    ProbableAuthenticationError,
)

from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.bus.rabbitmq.within import LinkBroken
from exchanger.domain.errors import ExchangerError


@dataclass(frozen=True, slots=True)
class Fault:
    """Неисправность: что случилось, что делать; `settled` — сама не пройдёт, нужен администратор."""

    text: str
    remedy: str = ""
    settled: bool = False

    def __str__(self) -> str:
        return f"{self.text} Что делать: {self.remedy}" if self.remedy else self.text


def explain(error: BaseException, broker: BrokerConnection) -> Fault:
    """Объяснить ошибку соединения или обращения к брокеру."""
    if isinstance(error, ExchangerError):
        return Fault(str(error))
    if isinstance(error, LinkBroken):
        return Fault(f"Связь с брокером ({broker.place}): {error}.")
    if isinstance(error, ProbableAuthenticationError | AuthenticationError):
        return Fault(
            f"Брокер не принял имя или пароль пользователя «{broker.user}» ({broker.place}).",
            "проверьте RABBITMQ_USERNAME и RABBITMQ_PASSWORD", settled=True,
        )  # fmt: skip
    if _no_vhost(error):
        return Fault(
            f"Виртуального хоста «{broker.vhost}» нет или он закрыт для пользователя «{broker.user}».",
            "проверьте RABBITMQ_VIRTUAL_HOST и права: rabbitmqctl list_permissions", settled=True,
        )  # fmt: skip
    return _of_channel(error, broker) or _of_network(error, broker)


def _no_vhost(error: BaseException) -> bool:
    # A closed Connection.Open arrives as InvalidFrameError "Expected one of ['Connection.OpenOk'], got <Close ...>".
    return isinstance(error, ConnectionNotAllowed) or (
        isinstance(error, InvalidFrameError) and "OpenOk" in str(error.args)
    )


def _of_channel(error: BaseException, broker: BrokerConnection) -> Fault | None:
    said = broker_words(error)
    if isinstance(error, ChannelAccessRefused):
        remedy = f"дайте права: rabbitmqctl set_permissions -p '{broker.vhost}' '{broker.user}' …"
        return Fault(f"Пользователю «{broker.user}» не хватает прав: {said}.", remedy, settled=True)
    if isinstance(error, ChannelNotFoundEntity):
        return Fault(f"Нет объекта в брокере: {said}.")
    if isinstance(error, ChannelPreconditionFailed) and "acknowledgement" in said and "timed out" in said:
        return Fault(
            "Брокер закрыл канал: обработка длилась дольше его consumer_timeout; сообщения вернулись в очередь.",
            "верните consumer_timeout в rabbitmq.conf к 30 минутам (1800000) или больше",
        )
    if isinstance(error, ChannelPreconditionFailed):
        return Fault(f"Брокер закрыл канал: {said}.")
    return None


def _of_network(error: BaseException, broker: BrokerConnection) -> Fault:
    cause = error.__cause__ if isinstance(error, AMQPConnectionError) and error.__cause__ else error
    if isinstance(cause, ssl.SSLError):
        return Fault(
            f"Шифрованное соединение не установлено ({broker.place}): {cause}.",
            "проверьте сертификат брокера и файл доверенных центров", settled=True,
        )  # fmt: skip
    if isinstance(cause, TimeoutError):
        return Fault(f"Брокер не ответил вовремя ({broker.place}).")
    return Fault(f"Нет связи с брокером ({broker.place}): {broker_words(cause)}.")


def broker_words(error: BaseException) -> str:
    """Слова самого брокера или системы."""
    return "; ".join(str(part) for part in error.args if part) or type(error).__name__
