"""Соединение с брокером: куда, кем и с какими сроками."""

from __future__ import annotations

from dataclasses import dataclass, field
from ssl import SSLContext, create_default_context
from typing import Literal
from urllib.parse import unquote, urlsplit

from exchanger.domain.errors import ConfigError

AMQP_PORT = 5672
AMQPS_PORT = 5671

LARGEST_MESSAGE = 16 * 1024 * 1024
"""Предел RabbitMQ 4 (у 3.x — 128 МиБ). Превышение закрыло бы всё соединение, поэтому размер проверяется до отправки."""

DELIVERY_LIMIT = 1_000_000
"""Возвратов сообщения в кворумной очереди. RabbitMQ 4 по умолчанию теряет его после 20; -1 на 3.10 теряет сразу."""


@dataclass(frozen=True, slots=True)
class BrokerConnection:
    """Соединение с брокером. Сроки — секунды. `ssl` задан — соединение шифруется.

    Оборванную молча связь клиент замечает через `3 × (heartbeat + 1)`, брокер — через два-три `heartbeat`.
    """

    host: str = "localhost"
    port: int = AMQP_PORT
    vhost: str = "/"
    user: str = "guest"
    password: str = field(default="guest", repr=False)
    ssl: SSLContext | None = None
    service: str = "exchanger"
    queue_type: Literal["quorum", "classic"] = "quorum"
    heartbeat: int = 10
    connect_timeout: float = 10.0
    reply_timeout: float = 10.0
    publish_timeout: float = 10.0
    check_timeout: float = 5.0
    watch_every: float = 15.0
    grace: float = 10.0
    largest_message: int = LARGEST_MESSAGE

    @classmethod
    def from_url(cls, url: str, *, ssl: SSLContext | None = None) -> BrokerConnection:
        """Прочитать `amqp://user:password@host:port/vhost`; `amqps://` без `ssl` — доверие системного хранилища."""
        parts = urlsplit(url)
        if parts.scheme not in {"amqp", "amqps"} or not parts.hostname:
            raise ConfigError(
                "Адрес брокера не разобран.", remedy="Нужен вид amqp://пользователь:пароль@узел:порт/вирт.хост."
            )
        secure = parts.scheme == "amqps"
        return cls(
            host=parts.hostname,
            port=parts.port or (AMQPS_PORT if secure else AMQP_PORT),
            vhost=unquote(parts.path[1:]) or "/",
            user=unquote(parts.username or "guest"),
            password=unquote(parts.password or "guest"),
            ssl=ssl or (create_default_context() if secure else None),
        )

    @property
    def place(self) -> str:
        """Куда соединяемся — для сообщений, без пароля."""
        return f"{self.host}:{self.port}, вирт. хост «{self.vhost}»"
