"""Вход: ключ API или токен OAuth2, который обновляется до истечения и один раз после отказа."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import Protocol

from exchanger.connect import Http, Intent
from exchanger.domain.errors import Retry, SystemPaused
from exchanger.ports import Clock
from exchanger.systems.openproject.answers import Fault, read_answer
from exchanger.systems.openproject.foreign import as_int, as_text
from exchanger.systems.openproject.settings import ApiKey, KeyScheme, OAuthClient, Site
from exchanger.telemetry.redact import register_secret

_EARLY = timedelta(seconds=60)
_UNTOLD = 600
_SERVER_ERRORS = 500
_TOO_MANY = 429


class Login(Protocol):
    """Откуда берётся заголовок Authorization."""

    async def header(self) -> str:
        """Действующее значение заголовка."""
        ...

    def refused(self) -> bool:
        """Сервер не принял вход; True — стоит попробовать ещё раз."""
        ...


class KeyLogin:
    """Ключ API: новый предъявляется как Bearer, прежний — как Basic."""

    def __init__(self, login: ApiKey) -> None:
        register_secret(login.key)
        bearer = login.scheme is KeyScheme.BEARER
        if bearer or (login.scheme is KeyScheme.AUTO and login.key.startswith("opapi-")):
            self._header = f"Bearer {login.key}"
            return
        encoded = base64.b64encode(f"apikey:{login.key}".encode()).decode()
        register_secret(encoded)
        self._header = f"Basic {encoded}"

    async def header(self) -> str:
        """Заголовок."""
        return self._header

    def refused(self) -> bool:
        """Повторять нечего, а частые неверные входы экземпляр наказывает запретом адреса."""
        return False


class OAuthLogin:
    """Токен приложения."""

    def __init__(self, login: OAuthClient, site: Site, http: Http, clock: Clock) -> None:
        register_secret(login.secret)
        self._login = login
        self._site = site
        self._http = http
        self._clock = clock
        self._lock = asyncio.Lock()
        self._token = ""
        self._until = 0.0

    async def header(self) -> str:
        """Заголовок; токен запрашивается, если его нет или он скоро истечёт."""
        async with self._lock:
            if not self._token or self._clock.monotonic() >= self._until:
                await self._ask()
            return f"Bearer {self._token}"

    def refused(self) -> bool:
        """Токен отозван раньше срока: взять новый."""
        self._token = ""
        return True

    async def _ask(self) -> None:
        form = {"grant_type": "client_credentials", "client_id": self._login.client_id,
                "client_secret": self._login.secret, "scope": "api_v3"}  # fmt: skip
        asked = self._clock.monotonic()
        answer = await self._http.request("POST", f"{self._site.base}/oauth/token", intent=Intent.READ, data=form)
        body = read_answer(answer)
        if isinstance(body, Fault) or not as_text(body.get("access_token")):
            raise self._error(answer.status)
        self._token = as_text(body.get("access_token"))
        register_secret(self._token)
        life = timedelta(seconds=as_int(body.get("expires_in")) or _UNTOLD)
        self._until = asked + max(life - _EARLY, life / 2).total_seconds()

    @staticmethod
    def _error(status: int) -> Retry | SystemPaused:
        if status >= _SERVER_ERRORS or status == _TOO_MANY:
            return Retry(f"OpenProject: токен не выдан [HTTP {status}].")
        return SystemPaused(
            f"OpenProject: токен приложению OAuth не выдан [HTTP {status}].",
            remedy="проверьте OPENPROJECT_OAUTH_CLIENT_ID, OPENPROJECT_OAUTH_CLIENT_SECRET и то, что приложение "
            "включено и привязано к человеку.",
        )
