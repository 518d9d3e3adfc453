"""An engine stand-in that lies as asked, and the surroundings of a machine, for the doctor's seeded faults."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from exchanger.connect import Severity
from exchanger.ops.doctor import Diagnosis, Surroundings
from exchanger.ops.doctor.machine import GIB
from exchanger.ops.services.host import Machine, Ran
from exchanger.settings import Settings, load_settings

NOBODY = "http://127.0.0.1:9"
PORTAL = "https://portal.example/rest/1/code1234/"


@dataclass(slots=True)
class EngineStandin:
    """What the engine says; `counts` by (topic, what is asked), `denied` are paths answered 403."""

    version: str = "7.24.0"
    status: int = 200
    skew: float = 0.0
    tenants: tuple[str | None, ...] = ("imena",)
    counts: Mapping[str, int] = field(default_factory=dict)
    denied: frozenset[str] = frozenset()
    missing_rights: frozenset[str] = frozenset()
    guarded: bool = False
    """A proxy before it asks for a login, the engine itself knows none."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.match_info["path"]
        date = datetime.now().astimezone().timestamp() + self.skew
        headers = {"Date": format_datetime(datetime.fromtimestamp(date).astimezone(), usegmt=False)}
        if self.guarded and (path == "authorization/check" or "Authorization" not in request.headers):
            kind = {"type": "InvalidRequestException", "message": "You must be authenticated"}
            return web.json_response(kind, status=401, headers=headers)
        if self.status != web.HTTPOk.status_code or path in self.denied:
            status = 403 if path in self.denied else self.status
            return web.json_response({"type": "NotFoundException", "message": "no"}, status=status, headers=headers)
        return web.json_response(await self._body(path, request), headers=headers)

    async def _body(self, path: str, request: web.Request) -> Any:
        match path:
            case "version":
                return {"version": self.version}
            case "external-task/topic-names":
                return ["t"] if self.counts else []
            case "external-task/count":
                return {"count": self.counts.get(_asked(await request.json()), 0)}
            case "authorization/check":
                name = request.query["permissionName"]
                return {"authorized": f"{name} {request.query['resourceName']}" not in self.missing_rights}
            case _:
                wanted = request.query.get("tenantIdIn")
                return [
                    {"id": f"p:{tenant}", "key": "p", "name": "p", "version": 1, "tenantId": tenant, "suspended": False}
                    for tenant in self.tenants
                    if wanted in {None, tenant}
                ]


def _asked(body: Mapping[str, Any]) -> str:
    if body.get("noRetriesLeft"):
        return "incident"
    if body.get("locked"):
        return "ours" if "workerId" in body else "locked"
    return "suspended" if body.get("suspended") else "waiting"


@asynccontextmanager
async def engine_standin(engine: EngineStandin) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/engine-rest/{path:.*}", engine.answer)
    async with TestServer(app, host="127.0.0.1") as server:
        yield f"{server.make_url('/engine-rest')}"


@dataclass(frozen=True, slots=True)
class FakeHost:
    """systemd that says the same of every unit."""

    said: Mapping[str, str] = field(default_factory=dict)
    is_root: bool = False

    def run(self, *_command: str) -> Ran:
        return Ran(0, "\n".join(f"{name}={value}" for name, value in self.said.items()))

    def attach(self, *_command: str) -> int:
        return 0


HEALTHY = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled", "NRestarts": "0"}


def around(units: Path, said: Mapping[str, str] | None = None, *, free: int = 50 * GIB) -> Surroundings:
    return Surroundings(Machine(FakeHost({**HEALTHY, **(said or {})}), units), free=lambda _path: free)


def settings(home: Path, **environ: str) -> Settings:
    given = {
        "EXCHANGER_ENV": "prod",
        "CAMUNDA_BASE_URL": f"{NOBODY}/engine-rest",
        "CAMUNDA_TENANT_ID": "imena",
        "BITRIX_WEBHOOK_URL": PORTAL,
        **environ,
    }
    return load_settings({**given, "EXCHANGER_HOME": str(home)}, home)


def bad(found: list[Diagnosis]) -> dict[str, Diagnosis]:
    """Findings that are not fine, by code; each of them says what to do."""
    troubled = {finding.code.value: finding for finding in found if finding.severity is not Severity.OK}
    for finding in troubled.values():
        assert finding.remedy, finding
        assert finding.what.strip(), finding
    return troubled
