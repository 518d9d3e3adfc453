"""Настройки системы: что клиенту OpenProject нужно знать. Откуда они взяты, знает wiring."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from urllib.parse import urlsplit

from exchanger.domain.errors import ConfigError


class KeyScheme(Enum):
    """Как предъявить ключ API: BASIC — имя apikey, BEARER — новые ключи `opapi-…`, AUTO — по виду ключа."""

    AUTO = "auto"
    BASIC = "basic"
    BEARER = "bearer"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """Ключ API человека."""

    key: str = field(repr=False)
    scheme: KeyScheme = KeyScheme.AUTO


@dataclass(frozen=True, slots=True)
class OAuthClient:
    """Приложение OAuth2 с client credentials, привязанное к человеку."""

    client_id: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OpenProjectOptions:
    """Экземпляр и правила работы с ним.

    `url` — адрес экземпляра без `/api/v3`. `projects` — номера или идентификаторы проектов, первый — обычный; остальные
    нужны, когда поле ключа не для всех проектов: искать можно только в названных. `refused_statuses` — имена или номера
    состояний, означающих отказ. `timeout` — секунды на ответ; `page_size` — строк на страницу списка. `validate` —
    проверять пакет формой до создания (один лишний запрос на задачу). `notify` — слать ли людям письма.
    `hears` — принимаются ли уведомления экземпляра.
    """

    url: str
    login: ApiKey | OAuthClient
    projects: tuple[str, ...]
    key_field: str = "external_task_id"
    refused_statuses: frozenset[str] = frozenset({"rejected", "отклонено"})
    default_type: str = ""
    default_assignee: str = ""
    notify: bool = True
    validate: bool = False
    timeout: float = 60.0
    page_size: int = 200
    requests_per_second: float = 10.0
    burst: float = 20.0
    quarantine: timedelta = timedelta(seconds=150)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    link_base: str | None = None
    hears: bool = False


@dataclass(frozen=True, slots=True)
class Site:
    """Адрес экземпляра по частям; `root` — путь, под которым он живёт за посредником."""

    origin: str
    root: str

    @classmethod
    def parse(cls, url: str) -> Site:
        """Разобрать адрес; окончание `/api/v3` лишнее и отбрасывается."""
        parts = urlsplit(url.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError(
                "OPENPROJECT_API_URL: адрес не разобран.", remedy="укажите его так: https://openproject.example.ru"
            )
        return cls(f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/").removesuffix("/api/v3").rstrip("/"))

    @property
    def base(self) -> str:
        """Адрес экземпляра."""
        return self.origin + self.root

    def href(self, space: str, number: str) -> str:
        """Ссылка на запись, какой её понимает API."""
        return f"{self.root}/api/v3/{space}/{number}"
