"""Проверка сертификатов: хранилище системы, частный центр по файлу, отказ от проверки — только явный."""

import ssl
from pathlib import Path

from exchanger.domain.errors import ConfigError


def ssl_context(ca_file: Path | None, *, verify: bool) -> ssl.SSLContext:
    """Контекст TLS клиента одной системы; `ca_file` добавляется к хранилищу системы, негодный файл — ConfigError."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    if ca_file is not None:
        try:
            context.load_verify_locations(cafile=ca_file)
        except (OSError, ssl.SSLError) as error:
            reason = error.strerror or str(error)
            raise ConfigError(
                f"Файл удостоверяющего центра {ca_file} не читается: {reason}.",
                remedy="Укажите файл PEM с сертификатом центра, доступный этому пользователю.",
            ) from error
    return context
