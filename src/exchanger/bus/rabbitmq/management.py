"""HTTP API брокера (плагин rabbitmq_management), если он есть: привязки, которых AMQP не показывает."""

from __future__ import annotations

from base64 import b64encode
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote

import aiohttp

from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.bus.topology import Binding
from exchanger.domain.errors import ConfigError, Retry


class Management:
    """Чтение HTTP API пользователем брокера; открывается `async with`. `url` — http(s)://узел:15672."""

    def __init__(self, url: str, broker: BrokerConnection) -> None:
        self._url = url.rstrip("/")
        self._broker = broker
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        login = b64encode(f"{self._broker.user}:{self._broker.password}".encode()).decode("ascii")
        self._http = aiohttp.ClientSession(
            headers={"Authorization": f"Basic {login}"},
            timeout=aiohttp.ClientTimeout(total=self._broker.reply_timeout),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._http is not None:
            await self._http.close()

    async def bindings(self) -> set[Binding]:
        """Привязки очередей к именованным обменникам вирт. хоста."""
        rows = await self._get(f"/api/bindings/{quote(self._broker.vhost, safe='')}")
        return {
            Binding(row["source"], row["destination"], row["routing_key"])
            for row in rows
            if row["source"] and row["destination_type"] == "queue"
        }

    async def unacknowledged(self, queue: str) -> int:
        """Сколько сообщений очереди взято и не подтверждено; брокер обновляет число раз в несколько секунд."""
        vhost, name = (quote(part, safe="") for part in (self._broker.vhost, queue))
        found = await self._get(f"/api/queues/{vhost}/{name}")
        count = found.get("messages_unacknowledged")
        if not isinstance(count, int):
            raise Retry(f"HTTP API брокера не говорит, сколько взято из очереди «{queue}»: статистика отключена.")
        return count

    async def _get(self, path: str) -> Any:
        assert self._http is not None, "открывается async with"
        try:
            async with self._http.get(f"{self._url}{path}", ssl=self._broker.ssl or True) as answer:
                if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
                    raise ConfigError(
                        f"HTTP API брокера не пускает пользователя «{self._broker.user}».",
                        remedy="дайте ему метку monitoring: rabbitmqctl set_user_tags … monitoring",
                    )
                if answer.status != HTTPStatus.OK:
                    raise Retry(f"HTTP API брокера ответил {answer.status} на {path}.")
                return await answer.json()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise Retry(f"HTTP API брокера не отвечает ({self._url}): {type(error).__name__}.") from error
