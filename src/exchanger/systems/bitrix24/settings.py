"""Настройки системы: что клиенту портала нужно знать. Откуда они взяты, знает wiring."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from exchanger.domain.errors import ConfigError

COMPLETED_STATUS = 5

_PATH = re.compile(r"/rest/\d+/[^/]+")


@dataclass(frozen=True, slots=True)
class BitrixOptions:
    """Портал и правила работы с ним.

    `webhook_url` — `https://портал/rest/<номер>/<код>`, код — тайна; `next_webhook_url` — тот же с новым кодом, на
    который перейти, когда портал не примет первого. `timeout`, `create_timeout` — секунды на чтение и
    на создание: облако обрывает запрос на 60-й, меньший срок только плодил бы неизвестные исходы. `operating_limit` —
    секунды работы одного метода за десять минут, после которых портал его запирает. `link_base` — адрес портала для
    ссылок, если людям виден другой. `time_zone` — пояс дат без смещения, если не пояс владельца вебхука.
    `result_grace` — сколько после закрытия задачи ждать дописанного результата.
    """

    webhook_url: str = field(repr=False)
    next_webhook_url: str | None = field(default=None, repr=False)
    done_statuses: frozenset[int] = frozenset({COMPLETED_STATUS})
    default_responsible_id: int | None = None
    default_priority: int = 1
    timeout: float = 30.0
    create_timeout: float = 65.0
    max_description_length: int = 10_000
    requests_per_second: float = 1.7
    burst: float = 40.0
    poll_interval: timedelta = timedelta(seconds=15)
    quarantine: timedelta = timedelta(seconds=90)
    operating_limit: float = 420.0
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    link_base: str | None = None
    time_zone: str | None = None
    result_grace: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Webhook:
    """Адрес входящего вебхука по частям; `secret` — вся власть его владельца, `owner` — путь без него."""

    origin: str
    path: str = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> Webhook:
        """Разобрать адрес; `ConfigError` не повторяет его: в нём тайна."""
        parts = urlsplit(url.strip())
        path = parts.path.rstrip("/")
        if parts.scheme not in {"http", "https"} or not parts.hostname or not _PATH.fullmatch(path):
            raise ConfigError(
                "BITRIX_WEBHOOK_URL: адрес вебхука не разобран.",
                remedy="укажите его целиком, как показывает портал: https://портал/rest/<номер>/<код>/",
            )
        return cls(f"{parts.scheme}://{parts.netloc}", path)

    @property
    def secret(self) -> str:
        """Код вебхука."""
        return self.path.rsplit("/", 1)[1]

    @property
    def owner(self) -> str:
        """Чей это вебхук: путь без кода."""
        return self.path.rsplit("/", 1)[0]

    def url(self, method: str) -> str:
        """Адрес метода."""
        return f"{self.origin}{self.path}/{method}"

    def url_v3(self, method: str) -> str:
        """Адрес метода REST v3."""
        return f"{self.origin}{self.path.replace('/rest/', '/rest/api/', 1)}/{method}"

    def moved(self, location: str) -> Webhook | None:
        """Тот же вебхук на новом домене; None — это не переезд (другой путь, незащищённый или тот же адрес)."""
        parts = urlsplit(location)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not parts.path.startswith(self.path):
            return None
        if self.origin.startswith("https:") and parts.scheme != "https":
            return None  # the code of the webhook must not travel in the clear
        moved = Webhook(f"{parts.scheme}://{parts.netloc}", self.path)
        return None if moved.origin == self.origin else moved
