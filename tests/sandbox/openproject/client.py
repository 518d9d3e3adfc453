"""A bare client: what is sent is exactly what the test says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession

from exchanger.sandbox.openproject import RunningInstance
from exchanger.sandbox.openproject.seed import TOKEN

URN = "urn:openproject-org:api:v3:errors:"


@dataclass
class Client:
    session: ClientSession
    running: RunningInstance

    async def send(
        self, method: str, path: str, body: Any = None, *, headers: dict[str, str] | None = None, **query: Any
    ) -> tuple[int, Any]:
        named = {"Authorization": f"Bearer {TOKEN}"} if headers is None else headers
        params = {name: value if isinstance(value, str) else json.dumps(value) for name, value in query.items()}
        given = {} if body is None else {"json": body}
        url = f"{self.running.url}/api/v3{path}"
        async with self.session.request(method, url, headers=named, params=params, **given) as answer:
            text = await answer.text()
        return answer.status, json.loads(text) if text.startswith("{") else text

    async def get(self, path: str, **query: Any) -> Any:
        status, body = await self.send("GET", path, **query)
        assert status == 200, body
        return body

    async def error(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str, str]:
        status, said = await self.send(method, path, body, **query)
        assert said["_type"] == "Error", said
        attribute = said.get("_embedded", {}).get("details", {}).get("attribute", "")
        return status, said["errorIdentifier"].removeprefix(URN), attribute

    async def add(self, **fields: Any) -> Any:
        links = {"project": {"href": "/api/v3/projects/1"}, **fields.pop("links", {})}
        status, body = await self.send("POST", "/work_packages", {"subject": "Дело", **fields, "_links": links})
        assert status == 201, body
        return body

    async def ids(self, path: str = "/work_packages", **query: Any) -> list[int]:
        return [row["id"] for row in (await self.get(path, **query))["_embedded"]["elements"]]
