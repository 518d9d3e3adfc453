"""A bare client: what is sent is exactly what the test says."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from aiohttp import ClientSession
from yarl import URL

from exchanger.sandbox.onec import RunningBase
from exchanger.sandbox.onec.seed import LOGIN, PASSWORD

ODATA = "/odata/standard.odata/"
SERVICE = "/hs/exchanger/v1/"
_SAFE = "()',=/"


def basic(login: str, password: str, encoding: str = "utf-8") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{login}:{password}".encode(encoding)).decode()}


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> tuple[int, str]:
        return self.status, self.body["odata.error"]["code"]


@dataclass
class Client:
    session: ClientSession
    running: RunningBase

    async def raw(self, method: str, tail: str, body: Any = None, *, headers: dict[str, str] | None = None) -> Answer:
        named = basic(LOGIN, PASSWORD) | (headers or {})
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        url = URL(self.running.url + tail, encoded=True)
        async with self.session.request(method, url, headers=named, data=content) as answer:
            return Answer(answer.status, (await answer.read()).decode(), dict(answer.headers))

    async def send(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **options: str
    ) -> Answer:
        asked = {"format": "json"} | options
        query = "&".join(
            f"{'' if name == 'allowedOnly' else '$'}{name}={quote(value)}" for name, value in asked.items()
        )
        return await self.raw(method, f"{ODATA}{quote(path, safe=_SAFE)}?{query}", body, headers=headers)

    async def add(self, name: str, **fields: Any) -> Any:
        answer = await self.send("POST", name, fields)
        assert answer.status == 201, answer.text
        return answer.body

    async def rows(self, name: str, **options: str) -> list[dict[str, Any]]:
        answer = await self.send("GET", name, None, headers=None, **options)
        assert answer.status == 200, answer.text
        found: list[dict[str, Any]] = answer.body["value"]
        return found

    async def names(self, name: str, condition: str, **options: str) -> list[str]:
        return [row["Description"] for row in await self.rows(name, filter=condition, **options)]

    async def service(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        answer = await self.raw(method, SERVICE + quote(path, safe="/?=&"), body)
        return answer.status, answer.body


def at(name: str, ref: str) -> str:
    return f"{name}(guid'{ref}')"
