"""Службы Python по настройкам; своя служба — со своими модулями, именем, очередью и вахтой."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path

from exchanger.bus.topology import SYSTEMS
from exchanger.connect import Plugin, Quality
from exchanger.domain.errors import ConfigError
from exchanger.settings import (
    EmailSettings,
    HttpCallSettings,
    Settings,
    TelegramSettings,
    YandexDiskSettings,
    ssl_context,
)
from exchanger.systems import python as services
from exchanger.systems.python import (
    NAME,
    PARTS,
    DiskOptions,
    MailOptions,
    PythonOptions,
    TelegramOptions,
    WebOptions,
    open_services,
)
from exchanger.systems.python.mail.settings import Encryption
from exchanger.telemetry.redact import register_secret

_SERVICE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class OwnService:
    """Отдельная служба с функциями этих модулей; без модулей — готовые вызовы и модули из настроек."""

    modules: tuple[str, ...] = ()
    name: str = NAME

    @classmethod
    def of(cls, modules: tuple[str, ...], name: str | None) -> OwnService:
        """Имя по первому модулю, если не названо; `ConfigError` — имя негодно или занято."""
        chosen = name or (re.sub(r"[^a-z0-9]+", "-", modules[0].lower()).strip("-") if modules else NAME)
        if not _SERVICE.fullmatch(chosen) or (modules and chosen in SYSTEMS):
            raise ConfigError(
                f"Имя службы «{chosen}» не годится.",
                remedy="назовите её --name: строчные латинские буквы, цифры, дефис, не имя встроенной системы.",
            )
        return cls(modules, chosen)


def alone(settings: Settings, own: OwnService) -> Settings:
    """Настройки процесса, в котором живёт только эта служба."""
    installation = settings.installation.model_copy(update={"systems": (own.name,)})
    return dataclasses.replace(settings, installation=installation)


def python_options(settings: Settings, own: OwnService | None = None) -> PythonOptions:
    """Что включено: готовый вызов — по своим настройкам, функции — по модулям."""
    mine = own is not None and bool(own.modules)
    return PythonOptions(
        name=own.name if own is not None else NAME,
        modules=own.modules if own is not None and mine else settings.python.modules,
        home=settings.installation.home,
        at_once=settings.python.at_once,
        ready=not mine,
        mail=_mail(settings.email),
        telegram=_telegram(settings.telegram),
        disk=_disk(settings.disk),
        web=_web(settings.http_call),
    )


def _mail(settings: EmailSettings) -> MailOptions | None:
    if settings.host is None:
        return None
    sender = settings.sender or settings.username
    if not sender or "@" not in sender:
        raise ConfigError("EMAIL_FROM не задан.", remedy="укажите адрес отправителя: Exchanger <bot@example.ru>.")
    return MailOptions(
        host=settings.host,
        sender=sender,
        port=settings.port,
        encryption=Encryption(settings.tls),
        username=settings.username,
        password=settings.password.get_secret_value() if settings.password is not None else "",
        tls=ssl_context(settings.ca_file, verify=settings.verify_tls),
    )


def _telegram(settings: TelegramSettings) -> TelegramOptions | None:
    if settings.token is None:
        return None
    return TelegramOptions(settings.token.get_secret_value(), settings.chat, str(settings.api))


def _disk(settings: YandexDiskSettings) -> DiskOptions | None:
    if settings.token is None:
        return None
    return DiskOptions(settings.token.get_secret_value(), settings.folder, str(settings.api))


def _web(settings: HttpCallSettings) -> WebOptions | None:
    if not settings.hosts:
        return None
    for secret in settings.secrets.values():  # the setting as a whole is masked; each of its secrets is one, too
        register_secret(secret.get_secret_value())
    return WebOptions(
        hosts=settings.hosts,
        secrets={name: secret.get_secret_value() for name, secret in settings.secrets.items()},
        tls=ssl_context(settings.ca_file, verify=True),
    )


PLUGIN: Plugin = Plugin(
    NAME,
    PARTS,
    lambda settings, clock, topics: open_services(python_options(settings), clock, topics),
    Quality.read(Path(services.__file__).with_name("quality.toml")),
)
