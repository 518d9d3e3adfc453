"""Единственный слой HTTP для систем: пул, TLS, пределы и честный ответ на вопрос «выполнено ли»."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Self

import aiohttp

from exchanger.connect.limits import Limiter
from exchanger.connect.permit import confirmed
from exchanger.domain.errors import OutcomeUnknown, Retry, SystemPaused
from exchanger.telemetry.redact import redact

_MAX_BODY = 32 * 1024 * 1024


class Intent(Enum):
    """Что значит повтор запроса."""

    READ = "read"
    IDEMPOTENT = "idempotent"
    CREATE = "create"


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """Соединение с системой: время на ответ в секундах, TLS (None — проверка по хранилищу машины).

    `resend` False — оборванное чтение не посылается второй раз мимо предела (aiohttp делает это сам и молча).
    `cookies` False — печенья не запоминаются: их шлёт сам клиент системы.
    """

    name: str
    timeout: float = 30.0
    connect_timeout: float = 10.0
    tls: ssl.SSLContext | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    resend: bool = True
    cookies: bool = True


@dataclass(frozen=True, slots=True)
class Answer:
    """Ответ: код, заголовки, тело."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Http:
    """Клиент одной системы. Переадресации не выполняет: их решает клиент системы."""

    def __init__(self, options: HttpOptions, limiter: Limiter) -> None:
        self._options = options
        self._limiter = limiter
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            limit=self._limiter.limits.at_once,
            ssl=self._options.tls if self._options.tls is not None else True,
            socket_factory=_keepalive_socket,
        )
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._options.connect_timeout)
        jar = aiohttp.CookieJar() if self._options.cookies else aiohttp.DummyCookieJar()
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, headers=self._options.headers, cookie_jar=jar
        )
        if not self._options.resend:
            self._session._retry_connection = False  # noqa: SLF001 - no public switch; aiohttp's own tests set it so
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def request(
        self,
        method: str,
        url: str,
        *,
        intent: Intent,
        json: object = None,
        data: bytes | Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        within: float | None = None,
    ) -> Answer:
        """Выполнить запрос в пределах системы; `within` — секунды на ответ вместо обычных.

        Ошибки связи: `SystemPaused` — запрос не уходил (нет соединения, TLS); после отправки — `Retry` для
        READ и IDEMPOTENT, `OutcomeUnknown` для CREATE. Коды HTTP не разбираются. Всякая запись, дождавшись места,
        сперва подтверждает право писать (`permit`): `TermLost` — не отправлен.
        """
        if self._session is None:
            raise RuntimeError("клиент не открыт: используйте async with")
        seconds = within or self._options.timeout
        async with self._limiter.slot():
            if intent is not Intent.READ:
                await confirmed()
            try:
                async with (
                    asyncio.timeout(seconds),
                    self._session.request(
                        method, url, json=json, data=data, headers=headers, allow_redirects=False
                    ) as response,
                ):
                    body = await response.content.read(_MAX_BODY + 1)
                    while not response.content.at_eof() and len(body) <= _MAX_BODY:
                        body += await response.content.read(_MAX_BODY + 1 - len(body))
                    if len(body) > _MAX_BODY:
                        raise self._broken(intent, "ответ больше 32 МБ")
                    return Answer(response.status, response.headers, body)
            except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
                raise SystemPaused(
                    f"{self._options.name}: нет соединения ({redact(str(error))}).",
                    remedy="проверьте адрес, сеть и сертификат системы; работа продолжится сама.",
                ) from None
            except TimeoutError:
                raise self._broken(intent, f"нет ответа за {seconds:g} с") from None
            except (aiohttp.ClientError, OSError) as error:
                raise self._broken(intent, redact(f"{type(error).__name__}: {error}")) from None

    def _broken(self, intent: Intent, what: str) -> Retry | OutcomeUnknown:
        if intent is Intent.CREATE:
            return OutcomeUnknown(f"{self._options.name}: запрос отправлен, исход неизвестен ({what}).")
        return Retry(f"{self._options.name}: запрос прерван ({what}).")


def _keepalive_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    """A half-open connection is noticed by the kernel within about two minutes."""
    family, kind, protocol, _, _ = address
    made = socket.socket(family=family, type=kind, proto=protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 60)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 15)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 4)
    return made
