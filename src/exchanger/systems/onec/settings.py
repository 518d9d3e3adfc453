"""Настройки системы: что клиенту 1С нужно знать. Откуда они взяты, знает wiring."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from enum import StrEnum
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from exchanger.domain.errors import ConfigError

_MOSCOW = ZoneInfo("Europe/Moscow")


class Profile(StrEnum):
    """Чем говорить с базой: стандартным OData или сервисом нашего расширения."""

    ODATA = "odata"
    SERVICE = "service"


class KeyScheme(StrEnum):
    """По чему узнаётся созданное через OData.

    REF — база принимает нашу ссылку (`Ref_Key` из ключа) и сама откажет второму объекту; MARKER — ключ лежит в
    строковом реквизите, по которому ищут; NONE — ничего из этого: создающие вызовы сами не повторяются, задач нет.
    """

    REF = "ref"
    MARKER = "marker"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class OnecOptions:
    """База и правила работы с ней.

    `url` — адрес публикации базы (под ним `/odata` и `/hs`). `key_field` — строковый реквизит с ключом. `at_once` —
    запросов разом, 1–4: каждый занимает сеанс и лицензию. `timeout` — секунды на ответ. `page` — строк на страницу.
    """

    url: str
    username: str
    password: str = field(repr=False)
    profile: Profile = Profile.ODATA
    scheme: KeyScheme = KeyScheme.REF
    key_field: str = ""
    task_set: str = "Task_ЗадачаИсполнителя"
    users_set: str = "Catalog_Пользователи"
    counterparty_set: str = "Catalog_Контрагенты"
    default_assignee: str = ""
    refused_states: frozenset[str] = frozenset({"прерван", "прервано"})
    zone: tzinfo = _MOSCOW
    sessions: bool = True
    at_once: int = 2
    timeout: float = 60.0
    page: int = 100
    quarantine: timedelta = timedelta(seconds=120)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    link_base: str | None = None

    @property
    def base(self) -> str:
        """Адрес публикации без косой черты на конце; негодный — ConfigError."""
        parts = urlsplit(self.url.strip())
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigError(
                "ONEC_WEB_SERVICE_URL: адрес не разобран.", remedy="укажите его так: https://1c.example.ru"
            )
        return f"{parts.scheme}://{parts.netloc}{quote(parts.path.rstrip('/'), safe='/%')}"

    @property
    def keyed(self) -> KeyScheme:
        """Схема с учётом профиля: сервис запоминает ключ сам, это не хуже нашей ссылки."""
        return KeyScheme.REF if self.profile is Profile.SERVICE else self.scheme
