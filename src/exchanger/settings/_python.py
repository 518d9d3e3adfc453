import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, HttpUrl, SecretStr, field_validator

from exchanger.settings._var import CommaList, Group, Seconds, Var

_SECRET_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def _named(value: Any) -> Any:
    """`{"name": "secret"}`, or lines and pairs `name=secret`."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("{"):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("нужен JSON или строки имя=тайна") from None
    pairs = [line.partition("=") for line in value.splitlines() if line.strip()]
    if not all(sign and _SECRET_NAME.fullmatch(name.strip()) for name, sign, _ in pairs):
        raise ValueError("нужен JSON или строки имя=тайна; в имени — латинские буквы, цифры, точка, дефис")
    return {name.strip(): secret.strip() for name, _, secret in pairs}


class PythonSettings(Group):
    """Службы Python."""

    modules: Annotated[tuple[str, ...], CommaList, Var("EXCHANGER_PYTHON_MODULES", empty="только готовые вызовы")] = (
        Field((), description="Модули с функциями для процессов, через запятую")
    )
    at_once: Annotated[int, Var("EXCHANGER_PYTHON_AT_ONCE")] = Field(
        8, ge=1, le=500, description="Сколько вызовов выполнять одновременно"
    )
    call_limit: Annotated[Seconds, Var("EXCHANGER_CALL_LIMIT")] = Field(
        timedelta(minutes=1), ge=timedelta(seconds=1), description="Сколько вызов может длиться, если у него нет своего"
    )


class EmailSettings(Group):
    """Почта."""

    host: Annotated[str | None, Var("EMAIL_SMTP_HOST", dormant=True, empty="почта выключена")] = Field(
        None, description="Сервер SMTP; задан — темы send_email и email_notify обслуживаются"
    )
    port: Annotated[int, Var("EMAIL_SMTP_PORT", dormant=True)] = Field(
        587, ge=1, le=65535, description="Порт SMTP: 587 для starttls, 465 для tls"
    )
    tls: Annotated[Literal["starttls", "tls", "none"], Var("EMAIL_SMTP_TLS")] = Field(
        "starttls", description="Шифрование: starttls, tls (с первого байта) или none — только для своего узла"
    )
    username: Annotated[
        str | None, Var("EMAIL_SMTP_USERNAME", ("EMAIL_USERNAME",), dormant=True, empty="без входа")
    ] = Field(None, description="Имя для входа на сервер SMTP")
    password: Annotated[
        SecretStr | None, Var("EMAIL_SMTP_PASSWORD", ("EMAIL_PASSWORD",), dormant=True, secret=True)
    ] = Field(None, description="Пароль для входа на сервер SMTP")
    sender: Annotated[str | None, Var("EMAIL_FROM", empty="EMAIL_SMTP_USERNAME", sample="bot@example.ru")] = Field(
        None, description="Адрес отправителя; можно с именем: Exchanger <bot@example.ru>"
    )
    ca_file: Annotated[Path | None, Var("EMAIL_CA_FILE", empty="хранилище системы")] = Field(
        None, description="Файл PEM частного удостоверяющего центра почты"
    )
    verify_tls: Annotated[bool, Var("EMAIL_VERIFY_TLS")] = Field(
        default=True, description="Проверять сертификат сервера SMTP; false — только для наладки"
    )


class TelegramSettings(Group):
    """Telegram."""

    token: Annotated[
        SecretStr | None, Var("TELEGRAM_BOT_TOKEN", dormant=True, secret=True, empty="Telegram выключен")
    ] = Field(None, description="Ключ бота; задан — темы send_telegram и telegram_notify обслуживаются")
    chat: Annotated[str | None, Var("TELEGRAM_CHAT_ID", dormant=True)] = Field(
        None, description="Чат для сообщений, у которых диаграмма его не назвала"
    )
    api: Annotated[HttpUrl, Var("TELEGRAM_API_URL")] = Field(
        HttpUrl("https://api.telegram.org"), description="Адрес Bot API: свой сервер или прокси"
    )


class YandexDiskSettings(Group):
    """Яндекс Диск."""

    token: Annotated[SecretStr | None, Var("YANDEX_DISK_TOKEN", dormant=True, secret=True, empty="Диск выключен")] = (
        Field(None, description="OAuth-токен; задан — темы yandex_disk и create_yandex_file обслуживаются")
    )
    folder: Annotated[str, Var("YANDEX_DISK_FOLDER", dormant=True)] = Field(
        "/", description="Папка на Диске, от которой отсчитываются пути"
    )
    api: Annotated[HttpUrl, Var("YANDEX_DISK_API_URL")] = Field(
        HttpUrl("https://cloud-api.yandex.net"), description="Адрес API Диска"
    )


class HttpCallSettings(Group):
    """Вызов HTTP."""

    hosts: Annotated[
        tuple[str, ...], CommaList, Var("EXCHANGER_HTTP_HOSTS", empty="вызов HTTP выключен", sample="api.example.ru")
    ] = Field(
        (),
        description="Узлы, к которым процессы могут обращаться темой python: api.example.ru, *.example.ru, "
        "http://127.0.0.1:8080",
    )
    secrets: Annotated[
        dict[str, SecretStr], BeforeValidator(_named), Var("EXCHANGER_HTTP_SECRETS", secret=True, empty="нет")
    ] = Field(default_factory=dict, description="Тайны для вызова HTTP по именам: строки имя=тайна или JSON")
    ca_file: Annotated[Path | None, Var("EXCHANGER_HTTP_CA_FILE", empty="хранилище системы")] = Field(
        None, description="Файл PEM частного удостоверяющего центра этих узлов"
    )

    @field_validator("hosts")
    @classmethod
    def _hosts(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not re.fullmatch(r"(https?://)?(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?", host):
                raise ValueError("нужны имена узлов через запятую, без пути: api.example.ru, *.example.ru")
        return hosts
