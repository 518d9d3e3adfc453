"""Один пул соединений с движком; честный ответ на вопрос, был ли запрос отправлен."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import quote

import aiohttp
from yarl import URL

from exchanger.domain.errors import OutcomeUnknown, Retry
from exchanger.domain.variables import JsonValue
from exchanger.engine.connection import EngineConnection

NO_JSON = object()
"""Тело, которое не JSON: страница посредника, пустой ответ."""


@dataclass(frozen=True, slots=True)
class Content:
    """Тело, прочитанное как файл: тип и байты."""

    type: str
    data: bytes


class Call(Enum):
    """Чем может кончиться неудача вызова.

    Чтение повторяют; о записи может быть неизвестно; шаг двигает процесс, и внутренняя ошибка значит отказ следующего
    шага; изменение (развернуть, запустить) при внутренней ошибке не удастся и в другой раз.
    """

    READ = "read"
    WRITE = "write"
    STEP = "step"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Answer:
    """Ответ: код и разобранное тело (`NO_JSON`, если это не JSON); у файла — `Content`."""

    status: int
    body: object = NO_JSON

    @property
    def done(self) -> bool:
        """Движок сам сказал «сделано»: 204 без тела или 200 с JSON; страница входа с кодом 200 — не он."""
        return self.status == HTTPStatus.NO_CONTENT or (self.status == HTTPStatus.OK and self.body is not NO_JSON)


@dataclass(frozen=True, slots=True)
class Request:
    """Запрос к REST API: путь по частям (экранируются здесь) и тело JSON или форма."""

    method: str
    path: tuple[str, ...]
    call: Call = Call.READ
    json: JsonValue = None
    form: Callable[[], aiohttp.FormData] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    patience: timedelta | None = None
    """Сколько ждать ответа; None — обычный срок соединения."""
    most: int | None = None
    """Просим файл; прочитать из него не больше стольких байтов. None — это не файл."""


Observer = Callable[[str, float, float], None]
"""Получает заголовок Date и времена отправки и ответа (`monotonic`)."""


class EngineHttp:
    """Сеанс с движком; открывается `async with`."""

    def __init__(self, settings: EngineConnection, monotonic: Callable[[], float], observe: Observer) -> None:
        self._settings = settings
        self._root = settings.root
        self._monotonic = monotonic
        self._observe = observe
        self._session: aiohttp.ClientSession | None = None

    @property
    def name(self) -> str:
        """Имя движка для сообщений."""
        return self._settings.engine_name

    async def __aenter__(self) -> Self:
        authorization = self._settings.authorization
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=self._settings.connections,
                ssl=self._settings.tls if self._settings.tls is not None else True,
                socket_factory=_keepalive_socket,
            ),
            headers={"Authorization": authorization} if authorization else {},
            cookie_jar=aiohttp.DummyCookieJar(),  # the engine's session cookie would pin us to one node
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def send(self, request: Request) -> Answer:
        """Выполнить запрос. `Retry` — не отправлен (или чтение), `OutcomeUnknown` — запись отправлена, ответа нет."""
        if self._session is None:
            raise RuntimeError("клиент движка не открыт: используйте async with")
        sent = self._monotonic()
        try:
            async with self._session.request(
                request.method,
                self._url(request),
                json=request.json,
                data=request.form() if request.form else None,
                timeout=self._timeout(request),
                allow_redirects=False,
            ) as response:
                answer = Answer(response.status, await _body(response, request.most))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Retry(
                f"Движок «{self.name}»: нет соединения ({_cause(error)}).",
                remedy="проверьте адрес, сеть и сертификат движка; работа продолжится сама.",
            ) from None
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise self._broken(request, error) from None
        self._observe(response.headers.get("Date", ""), sent, self._monotonic())
        return answer

    def _url(self, request: Request) -> URL:
        path = "/".join(quote(part, safe=":") for part in request.path)
        return URL(f"{self._root}/{path}", encoded=True).with_query(request.query)

    def _timeout(self, request: Request) -> aiohttp.ClientTimeout:
        total = request.patience if request.patience is not None else self._settings.request_timeout
        # "connect" covers the wait for a free connection too: whatever ends there was never sent.
        return aiohttp.ClientTimeout(
            total=total.total_seconds(), connect=self._settings.connect_timeout.total_seconds()
        )

    def _broken(self, request: Request, error: Exception) -> Retry | OutcomeUnknown:
        text = f"Движок «{self.name}»: связь прервалась до ответа ({_cause(error)})."
        return Retry(text) if request.call is Call.READ else OutcomeUnknown(text)


async def _body(response: aiohttp.ClientResponse, most: int | None) -> object:
    if most is None or response.status != HTTPStatus.OK:
        return _parsed(response.content_type, await response.read())
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) >= most:
            break
    return Content(response.content_type, bytes(content[:most]))


def _parsed(content_type: str, body: bytes) -> object:
    if "json" not in content_type:
        return NO_JSON
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return NO_JSON


def _cause(error: Exception) -> str:
    # Never str(error): aiohttp puts the address, and some texts of it the credentials, into it.
    if isinstance(error, TimeoutError):
        return "истёк срок"
    reason = getattr(error, "strerror", None)
    return f"{type(error).__name__}: {reason}" if reason else type(error).__name__


def _keepalive_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    connection = socket.socket(family, kind, protocol)
    # A half-open connection under a long poll is noticed by the kernel: 30 s of silence, then 3 probes of 10 s.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in (("TCP_KEEPIDLE", 30), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, option):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return connection
