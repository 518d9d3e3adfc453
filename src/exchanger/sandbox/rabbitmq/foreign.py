"""Чужой брокер по адресу: виртуальные узлы для тестов создаются и удаляются через его HTTP API."""

import base64
import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, unquote, urlsplit

from exchanger.sandbox.errors import SandboxError

_TIMEOUT = 30.0
_DEFAULT_MANAGEMENT_PORT = 15672


class ForeignBroker:
    """Брокер, который запущен не нами: `url` — его адрес AMQP, `management_url` — адрес HTTP API."""

    def __init__(self, url: str, management_url: str | None = None) -> None:
        self.url = url
        self._amqp = urlsplit(url)
        default = f"http://{self._amqp.hostname}:{_DEFAULT_MANAGEMENT_PORT}"
        self._management = urlsplit(management_url or default)
        self._created: list[str] = []

    def create_vhosts(self, *vhosts: str) -> list[str]:
        """Создаёт виртуальные узлы с полными правами пользователя из адреса и возвращает их адреса AMQP."""
        user = quote(unquote(self._amqp.username or "guest"), safe="")
        for vhost in vhosts:
            name = quote(vhost, safe="")
            self._call("PUT", f"/api/vhosts/{name}")
            self._created.append(vhost)
            self._call("PUT", f"/api/permissions/{name}/{user}", {"configure": ".*", "write": ".*", "read": ".*"})
        return [self._amqp._replace(path=f"/{quote(vhost, safe='')}").geturl() for vhost in vhosts]

    def remove_vhosts(self) -> None:
        """Удаляет созданные нами виртуальные узлы со всем содержимым."""
        while self._created:
            self._call("DELETE", f"/api/vhosts/{quote(self._created.pop(), safe='')}")

    def _call(self, method: str, path: str, body: dict[str, str] | None = None) -> None:
        connection_class = HTTPSConnection if self._management.scheme == "https" else HTTPConnection
        connection = connection_class(self._management.hostname or "", self._management.port, timeout=_TIMEOUT)
        try:
            connection.request(
                method, self._management.path.rstrip("/") + path, json.dumps(body or {}), self._headers()
            )
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            raise SandboxError(f"HTTP API RabbitMQ {self._management.netloc} не отвечает: {error}") from error
        finally:
            connection.close()
        if status >= 300:  # noqa: PLR2004 - beyond HTTP success
            raise SandboxError(f"HTTP API RabbitMQ {self._management.netloc}: {method} {path} — {status}")

    def _headers(self) -> dict[str, str]:
        secret = f"{unquote(self._amqp.username or 'guest')}:{unquote(self._amqp.password or 'guest')}"
        token = base64.b64encode(secret.encode()).decode()
        return {"Authorization": f"Basic {token}", "Content-Type": "application/json"}
