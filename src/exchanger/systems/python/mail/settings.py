"""Настройки почты."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from enum import StrEnum


class Encryption(StrEnum):
    """Шифрование связи с сервером."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailOptions:
    """Сервер SMTP и отправитель; `timeout` — секунды на одно действие сервера."""

    host: str
    sender: str
    port: int = 587
    encryption: Encryption = Encryption.STARTTLS
    username: str | None = None
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    timeout: float = 30.0
