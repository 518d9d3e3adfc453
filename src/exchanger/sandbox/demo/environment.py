"""Настройки демонстрации: то же, что в `.env`, но собранное здесь; файлы и окружение человека не действуют."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from secrets import token_hex

from exchanger.sandbox.demo.options import DemoOptions

_OWN_ENGINE = ("CAMUNDA_AUTH_", "CAMUNDA_CA_FILE", "CAMUNDA_VERIFY_TLS", "CAMUNDA_ENGINE_NAME")
_OWN_BROKER = ("RABBITMQ_CA_FILE", "RABBITMQ_VERIFY_TLS", "RABBITMQ_QUEUE_TYPE")

# The stand-in answers in milliseconds and loses nothing, so what protects a real portal would only slow the show down.
_PORTAL = {
    "BITRIX_POLL_INTERVAL": "1",
    "BITRIX_REQUESTS_PER_SECOND": "200",
    "BITRIX_BURST": "200",
    "BITRIX_QUARANTINE": "2",
}


def environment(
    options: DemoOptions,
    folder: Path,
    *,
    engine_url: str,
    webhook_url: str,
    rabbitmq_url: str | None,
    given: Mapping[str, str],
) -> dict[str, str]:
    """Переменные для `load_settings`; из `given` берётся только доступ к своему движку и своему брокеру."""
    chosen = _PORTAL | {
        "EXCHANGER_ENV": "dev",
        "EXCHANGER_HOME": str(folder),
        "EXCHANGER_INSTALLATION": "demo",
        "EXCHANGER_LOGS_DIR": str(folder / "logs"),
        "CAMUNDA_BASE_URL": engine_url,
        "CAMUNDA_WORKER_ID": f"exchanger-demo-{token_hex(4)}",
        "CAMUNDA_MAX_TASKS": "100",
        "CAMUNDA_POLL": "2000",  # a stop waits for the open poll, to give its tasks back
        "BITRIX_WEBHOOK_URL": webhook_url,
    }
    if options.tenant is not None:
        chosen["CAMUNDA_TENANT_ID"] = options.tenant
    if rabbitmq_url is not None:
        chosen["RABBITMQ_URL"] = rabbitmq_url
    prefixes = (_OWN_ENGINE if options.engine_url else ()) + (_OWN_BROKER if options.rabbitmq_url else ())
    return chosen | {name: value for name, value in given.items() if name.startswith(prefixes or ("\0",))}
