"""Настройки: годны ли, не смешаны ли prod и dev, кто может прочитать тайны, шифруется ли связь."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from exchanger.ops.doctor.finding import Code, Diagnosis, error, fine, warning
from exchanger.settings import Fault, Settings
from exchanger.settings.lint import mixed
from exchanger.settings.reference import secret_names

_UNVERIFIED = "_VERIFY_TLS=false"
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_STRANGERS = stat.S_IROTH | stat.S_IWOTH | stat.S_IWGRP


def faults(found: tuple[Fault, ...]) -> Iterator[Diagnosis]:
    """Настройки, с которыми службы не запустятся."""
    for fault in found:
        what = f"{fault.name}={fault.value}" if fault.value else fault.name
        remedy = fault.remedy or "исправьте значение; описание — docs/reference/settings.md."
        yield error(Code.SETTINGS_INVALID, f"{what}: {fault.problem}.", remedy)


def examine_settings(settings: Settings) -> list[Diagnosis]:
    """Замечания к годным настройкам."""
    found = [*_warnings(settings), *_mixed(settings), *_exposed(settings), *_plain(settings)]
    return found or [fine(f"Среда {settings.installation.environment}: замечаний нет.")]


def _warnings(settings: Settings) -> Iterator[Diagnosis]:
    for said in settings.warnings:
        if _UNVERIFIED in said:
            yield warning(Code.TLS_OFF, said, "задайте файл своего удостоверяющего центра (…_CA_FILE) и проверку.")
        else:
            yield warning(Code.SETTINGS_WARNING, said, "исправьте настройку: exchanger config show.")


def _mixed(settings: Settings) -> Iterator[Diagnosis]:
    for fault in mixed(settings.installation.home):
        what = f"{fault.name}={fault.value}" if fault.value else fault.name
        yield error(Code.ENVIRONMENTS_MIXED, f"{what}: {fault.problem}.", f"{fault.remedy} в .env.prod и .env.dev.")


def _exposed(settings: Settings) -> Iterator[Diagnosis]:
    for path in _secret_files(settings):
        mode = path.stat().st_mode
        if mode & _STRANGERS:
            what = f"Файл тайн {path} открыт посторонним (права {stat.S_IMODE(mode):04o})."
            yield error(Code.SECRETS_EXPOSED, what, f"chmod 600 {path}; systemd отдаёт его службам сам.")


def _secret_files(settings: Settings) -> list[Path]:
    home, environ = settings.installation.home, settings.environ
    pointed = [Path(environ[name].strip()) for name in map("{}_FILE".format, secret_names()) if name in environ]
    files = [home / ".env.prod", home / ".env.dev", *pointed]
    return [path for path in dict.fromkeys(files) if path.is_file()]


def _plain(settings: Settings) -> Iterator[Diagnosis]:
    """Addresses over which secrets travel in the clear, this machine excepted."""
    for name, address in _addresses(settings):
        parts = urlsplit(address)
        if parts.scheme in {"http", "amqp"} and parts.hostname not in _HERE:
            what = f"{name}: связь с {parts.hostname} не шифруется, пароль и данные видны в сети."
            remedy = "перейдите на https." if parts.scheme == "http" else "включите RABBITMQ_TLS (порт 5671)."
            yield warning(Code.TLS_OFF, what, remedy)


def _addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    yield "CAMUNDA_BASE_URL", settings.engine.rest_url
    if settings.broker.configured:
        yield "RABBITMQ_URL", settings.broker.amqp_url().get_secret_value()
    enabled = settings.installation.systems
    if "bitrix24" in enabled and settings.bitrix.webhook_url is not None:
        yield "BITRIX_WEBHOOK_URL", settings.bitrix.webhook()
    if "openproject" in enabled and settings.openproject.url is not None:
        yield "OPENPROJECT_API_URL", str(settings.openproject.url)
    if "1c" in enabled and settings.onec.url is not None:
        yield "ONEC_WEB_SERVICE_URL", str(settings.onec.url)
