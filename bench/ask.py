"""Questions to the engine's history and to the portal, past the client that is measured."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import aiohttp

_ALL = "1000000"


class Witness:
    """One tenant of the engine."""

    def __init__(self, session: aiohttp.ClientSession, engine: str, tenant: str) -> None:
        self._session = session
        self._engine = engine
        self._tenant = tenant

    async def unfinished(self) -> int:
        query = {"tenantIdIn": self._tenant, "unfinished": "true"}
        return int((await self._get("history/process-instance/count", query))["count"])

    async def completions(self) -> dict[str, float]:
        """External task → seconds since the epoch when the engine completed it."""
        query = {"tenantIdIn": self._tenant, "successLog": "true", "maxResults": _ALL}
        rows = await self._get("history/external-task-log", query)
        return {row["externalTaskId"]: datetime.fromisoformat(row["timestamp"]).timestamp() for row in rows}

    async def _get(self, path: str, query: dict[str, str]) -> Any:
        async with self._session.get(f"{self._engine}/{path}", params=query) as response:
            response.raise_for_status()
            return await response.json()


async def portal_counts(session: aiohttp.ClientSession, portal: str) -> dict[str, dict[str, int]]:
    """`requests` over HTTP and `calls` of methods (those inside a batch, too), by name."""
    async with session.get(f"{portal}/__admin/calls") as response:
        response.raise_for_status()
        found = await response.json()
    return {kind: found[kind] for kind in ("requests", "calls")}
