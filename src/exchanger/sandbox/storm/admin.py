"""Управление стендом по HTTP: сбои и счётчики, когда он — отдельный процесс."""

from __future__ import annotations

from aiohttp import web

from exchanger.sandbox.storm.faults import Fault, FaultKind
from exchanger.sandbox.storm.workspace import Workspace


def add_routes(router: web.UrlDispatcher, workspace: Workspace) -> None:
    """`POST /_sandbox/faults`, `DELETE /_sandbox/faults`, `GET /_sandbox/state`."""

    async def add(request: web.Request) -> web.Response:
        """`{"kind", "path", "times", "delay"}` — поля `Fault`."""
        content = await request.json()
        times = content.get("times", 1)
        workspace.faults.add(
            Fault(
                FaultKind(content["kind"]),
                str(content.get("path", "")),
                None if times is None else int(times),
                float(content.get("delay", 0)),
            )
        )
        return web.Response(status=204)

    async def clear(_: web.Request) -> web.Response:
        workspace.faults.clear()
        return web.Response(status=204)

    async def state(_: web.Request) -> web.Response:
        limits = workspace.limits
        content = {
            "requests": workspace.requests,
            "violations": len(limits.violations),
            "blocked": limits.blocked,
            "diagrams": {each.id: each.name for each in workspace.diagrams.values()},
        }
        return web.json_response(content)

    router.add_post("/_sandbox/faults", add)
    router.add_delete("/_sandbox/faults", clear)
    router.add_get("/_sandbox/state", state)
