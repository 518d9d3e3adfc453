"""People of Bitrix24 and OpenProject as a small server: what their documentation says of users, one address each."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

WEBHOOK, API_KEY = "/rest/1/s3cret", "opapi-users-k3y"


@dataclass(slots=True)
class Directories:
    """`people` of the portal and `members` of OpenProject by their numbers; `cut` — the next creation is done, but its
    answer is lost; `denied` — the key may not manage users."""

    people: dict[int, dict[str, Any]] = field(default_factory=dict)
    members: dict[int, dict[str, Any]] = field(default_factory=dict)
    cut: bool = False
    denied: bool = False
    url: str = ""

    async def portal(self, request: web.Request) -> web.Response:
        given, method = await request.json(), request.match_info["method"]
        if self.denied:
            return web.json_response({"error": "insufficient_scope", "error_description": "no"}, status=403)
        if method == "user.get":  # a filter that is not understood is passed over without a word
            return web.json_response({"result": list(self.people.values())})
        if method == "user.update":
            self.people[int(given["ID"])]["ACTIVE"] = given["ACTIVE"]
            return web.json_response({"result": True})
        assert method == "user.add"
        taken = any(row["EMAIL"].casefold() == given["EMAIL"].casefold() for row in self.people.values())
        if taken or not given.get("UF_DEPARTMENT"):
            said = f"{given['EMAIL']} не годится"
            return web.json_response({"error": "ERROR_CORE", "error_description": said}, status=400)
        number = len(self.people) + 1
        self.people[number] = {"ID": str(number), "ACTIVE": True, **given}
        return self._made(request, web.json_response({"result": number}))

    async def listed(self, request: web.Request) -> web.Response:
        (asked,) = json.loads(request.query["filters"])
        assert asked["name"]["operator"] == "~"
        (part,) = asked["name"]["values"]
        found = [row for row in self.members.values() if part.casefold() in row["email"].casefold()]
        return web.json_response({"_embedded": {"elements": found}})

    async def added(self, request: web.Request) -> web.Response:
        given = await request.json()
        if any(row["email"].casefold() == given["email"].casefold() for row in self.members.values()):
            error = "urn:openproject-org:api:v3:errors:PropertyConstraintViolation"
            return web.json_response({"errorIdentifier": error, "message": given["email"]}, status=422)
        number = len(self.members) + 1
        self.members[number] = {"id": number, **given}
        return self._made(request, web.json_response(self.members[number], status=201))

    async def locked(self, request: web.Request) -> web.Response:
        member, wanted = self.members[int(request.match_info["id"])], request.method == "POST"
        if (member["status"] == "locked") is wanted:
            error = "urn:openproject-org:api:v3:errors:InvalidUserStatusTransition"
            return web.json_response({"errorIdentifier": error}, status=400)
        member["status"] = "locked" if wanted else "active"
        return web.json_response(member)

    def _made(self, request: web.Request, answer: web.Response) -> web.Response:
        if self.cut:
            self.cut = False
            assert request.transport is not None
            request.transport.abort()
        return answer


@asynccontextmanager
async def served(directories: Directories) -> AsyncIterator[Directories]:
    app = web.Application()
    app.router.add_post(WEBHOOK + "/{method}.json", directories.portal)
    app.router.add_get("/api/v3/users", directories.listed)
    app.router.add_post("/api/v3/users", directories.added)
    app.router.add_route("*", "/api/v3/users/{id}/lock", directories.locked)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        directories.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield directories
    finally:
        await runner.cleanup()
