"""Стенд Яндекс Диска: папки, выгрузка, ссылки; коды и имена ошибок — как у настоящего."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from aiohttp import web


@dataclass(slots=True)
class DiskStandin:
    """Содержимое Диска. `faults` — коды вместо обычных ответов, по порядку."""

    token: str = "sandbox-token"  # noqa: S105 - the sandbox's own
    folders: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=dict)
    published: set[str] = field(default_factory=set)
    faults: list[int] = field(default_factory=list)
    leaked: bool = False
    writes: int = 0
    url: str = ""

    async def api(self, request: web.Request) -> web.StreamResponse:
        """Один вызов REST API."""
        if request.headers.get("Authorization") != f"OAuth {self.token}":
            return _refusal(401, "UnauthorizedError")
        if self.faults:
            return _refusal(self.faults.pop(0), "FaultOfTheTest")
        path, what = request.query.get("path", ""), request.match_info.get("what", "")
        if request.method == "GET":
            return self._read(path, what)
        return self._publish(path) if what == "publish" else self._make(path)

    async def about(self, request: web.Request) -> web.StreamResponse:
        """Сведения о Диске."""
        if request.headers.get("Authorization") != f"OAuth {self.token}":
            return _refusal(401, "UnauthorizedError")
        return web.json_response({"total_space": 1, "used_space": 0})

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Выгрузка: другой узел, без ключа."""
        self.leaked = self.leaked or "Authorization" in request.headers
        self.files[request.query["to"]] = await request.read()
        self.writes += 1
        return web.Response(status=201)

    def _read(self, path: str, what: str) -> web.Response:
        if what == "upload":
            return self._place(path)
        if not self._exists(path):
            return _refusal(404, "DiskNotFoundError")
        link = {"public_url": f"https://disk.example/d{path}"} if path in self.published else {}
        return web.json_response(link)

    def _place(self, path: str) -> web.Response:
        if not self._exists(path.rpartition("/")[0]):
            return _refusal(409, "DiskPathDoesntExistsError")
        return web.json_response({"href": f"{self.url}/upload?{urlencode({'to': path})}", "method": "PUT"})

    def _publish(self, path: str) -> web.Response:
        if not self._exists(path):
            return _refusal(404, "DiskNotFoundError")
        self.published.add(path)
        return web.json_response({"method": "GET"})

    def _make(self, path: str) -> web.Response:
        if path in self.folders:
            return _refusal(409, "DiskPathPointsToExistentDirectoryError")
        if not self._exists(path.rpartition("/")[0]):
            return _refusal(409, "DiskPathDoesntExistsError")
        self.folders.add(path)
        self.writes += 1
        return web.json_response({"method": "GET"}, status=201)

    def _exists(self, path: str) -> bool:
        return path in {"", "/"} or path in self.folders or path in self.files


def _refusal(status: int, error: str) -> web.Response:
    return web.json_response({"error": error, "message": error, "description": error}, status=status)


@asynccontextmanager
async def standin(state: DiskStandin) -> AsyncIterator[DiskStandin]:
    """Стенд на свободном порту; адрес — в `state.url`."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_get("/v1/disk", state.about)
    app.router.add_route("*", "/v1/disk/resources", state.api)
    app.router.add_route("*", "/v1/disk/resources/{what}", state.api)
    app.router.add_put("/upload", state.upload)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        state.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield state
    finally:
        await runner.cleanup()
