"""Как соединяться с движком: адрес, имя работника, тенант, вход, сроки."""

from __future__ import annotations

import base64
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import unquote, urlsplit, urlunsplit

from exchanger.domain.errors import ConfigError

_REST = "/engine-rest"


@dataclass(frozen=True, slots=True)
class Basic:
    """Вход по имени и паролю."""

    username: str
    password: str = field(repr=False)

    @property
    def header(self) -> str:
        """Значение заголовка Authorization."""
        return "Basic " + base64.b64encode(f"{self.username}:{self.password}".encode()).decode("ascii")


@dataclass(frozen=True, slots=True)
class Bearer:
    """Вход по маркеру."""

    token: str = field(repr=False)

    @property
    def header(self) -> str:
        """Значение заголовка Authorization."""
        return f"Bearer {self.token}"


@dataclass(frozen=True, slots=True)
class EngineConnection:
    """Соединение с движком.

    `base_url` — адрес REST API; адрес без пути дополняется `/engine-rest`, имя и пароль из адреса становятся `auth`.
    `tenant_id` None — задачи всех тенантов. `tls` None — проверка по хранилищу машины. `poll_margin` — сколько ждать
    ответа сверх долгого опроса; `close_grace` — сколько при закрытии ждать брошенные опросы, чтобы вернуть их задачи.
    """

    base_url: str = field(repr=False)  # may hold a password
    worker_id: str
    tenant_id: str | None = None
    auth: Basic | Bearer | None = None
    tls: ssl.SSLContext | None = None
    engine_name: str = "camunda"
    request_timeout: timedelta = timedelta(seconds=30)
    connect_timeout: timedelta = timedelta(seconds=10)
    poll_margin: timedelta = timedelta(seconds=10)
    close_grace: timedelta = timedelta(seconds=3)
    connections: int = 50
    page_size: int = 1000

    @property
    def root(self) -> str:
        """Адрес REST API без имени, пароля и косой черты в конце."""
        parts = urlsplit(self.base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError(
                f"Адрес движка «{self.engine_name}» не похож на http(s)://узел[:порт]/путь.",
                remedy="исправьте CAMUNDA_BASE_URL.",
            )
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit((parts.scheme, host, parts.path.rstrip("/") or _REST, "", ""))

    @property
    def authorization(self) -> str | None:
        """Заголовок Authorization: `auth`, иначе имя и пароль из адреса."""
        if self.auth is not None:
            return self.auth.header
        parts = urlsplit(self.base_url)
        if parts.username is None:
            return None
        return Basic(unquote(parts.username), unquote(parts.password or "")).header
