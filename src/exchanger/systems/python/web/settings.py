"""Настройки вызова HTTP."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class WebOptions:
    """Разрешённые узлы (`api.example.ru`, `*.example.ru`, `http://127.0.0.1:8080`) и тайны по именам."""

    hosts: tuple[str, ...]
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)
    timeout: float = 30.0

    def allows(self, url: str) -> bool:
        """Можно ли обращаться по этому адресу; без схемы в настройке — только https."""
        parts = urlsplit(url)
        if parts.username is not None or parts.password is not None or not parts.hostname:
            return False
        return any(_matches(allowed, parts.scheme, parts.netloc.lower()) for allowed in self.hosts)


def _matches(allowed: str, scheme: str, place: str) -> bool:
    wanted, _, host = allowed.lower().rpartition("://")
    if scheme != (wanted or "https"):
        return False
    if host.startswith("*."):
        return place.endswith(host[1:]) and place != host[1:]
    return place == host
