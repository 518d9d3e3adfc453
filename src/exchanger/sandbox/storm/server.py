"""Сервер стенда: оба API, предел запросов, сбои по плану."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from exchanger.sandbox.storm import admin, answers, render
from exchanger.sandbox.storm.faults import Fault, FaultKind
from exchanger.sandbox.storm.limits import Verdict
from exchanger.sandbox.storm.model import StormDiagram
from exchanger.sandbox.storm.workspace import Workspace

_PUBLIC_PAGE = 20
Content = dict[str, object] | list[dict[str, object]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class RunningStorm:
    """Работающий стенд и его адрес."""

    workspace: Workspace
    url: str


class RefusedError(Exception):
    """Отказ с кодом."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class StormServer:
    """Обработчики обоих API."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Пути StormBPMN."""
        paths = {
            "/public-api/v1/get-diagram-list": self._public_list,
            "/public-api/v1/get-diagram-by-id": self._public_diagram,
            "/api/v1/diagram/filter": self._internal_list,
            "/api/v1/diagram/{id}": self._internal_diagram,
            "/api/v1/assignee/assigneeedges/{id}": self._edges,
        }
        for path, content in paths.items():
            router.add_get(path, self._guarded(content))

    def _guarded(self, content: Callable[[web.Request], Content]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            workspace, path = self._workspace, request.path
            workspace.requests.append(request.path_qs)
            for watcher in workspace.watchers:
                watcher(request.path_qs)
            verdict = workspace.limits.admit(workspace.clock())
            if workspace.limits.blocked:
                return answers.refusal(workspace, path, 403, "Учётная запись заблокирована за превышение лимитов")
            if not verdict.admitted:
                return answers.too_many(workspace, path, verdict)
            try:
                self._identify(request)
                found = content(request)
            except RefusedError as error:
                return answers.refusal(workspace, path, error.status, error.message)
            fault = workspace.faults.take(request.path_qs)
            made = web.json_response(found) if fault is None else await self._faulty(request, fault, found)
            if not made.prepared:
                made.headers.setdefault("X-Rate-Limit-Remaining", str(verdict.remaining))
            return made

        return handle

    async def _faulty(self, request: web.Request, fault: Fault, content: Content) -> web.StreamResponse:
        match fault.kind:
            case FaultKind.SLOW:
                await asyncio.sleep(fault.delay)
                return web.json_response(content)
            case FaultKind.TOO_MANY:
                late = Verdict(admitted=False, remaining=0, retry_after=int(fault.delay))
                return answers.too_many(self._workspace, request.path, late)
            case FaultKind.ERROR_500:
                return answers.refusal(self._workspace, request.path, 500, "NullPointerException")
            case FaultKind.BAD_GATEWAY:
                return answers.page(502, "502 Bad Gateway")
            case FaultKind.LOGIN_PAGE:
                return answers.page(200, "Вход")
            case FaultKind.REDIRECT:
                return web.Response(status=302, headers={"Location": "/login"})
            case FaultKind.CUT_JSON:
                return answers.cut_json(content)
            case FaultKind.TRUNCATED:
                return await answers.truncated(request, content)
            case FaultKind.DROP:
                return answers.drop(request)

    def _identify(self, request: web.Request) -> None:
        if request.path.startswith("/public-api/"):
            known = request.headers.get("X-Api-Key") in self._workspace.api_keys
        else:
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            known = scheme == "Bearer" and token in self._workspace.tokens
        if not known:
            raise RefusedError(401, "Full authentication is required to access this resource")

    def _public_list(self, request: web.Request) -> Content:
        page = _number(request, "page", 0)
        found = [each for each in self._workspace.listed() if not each.personal]
        rows = [render.row(each) for each in render.page_of(found, page, _PUBLIC_PAGE)]
        return {"totalElements": len(found), "page": page, "size": _PUBLIC_PAGE, "returnDiagrams": rows}

    def _public_diagram(self, request: web.Request) -> Content:
        return render.public(self._find(request.query.get("diagramId", "")))

    def _internal_list(self, request: web.Request) -> Content:
        page, size = _number(request, "page", 0), max(1, min(_number(request, "size", 20), 100))
        of_team = request.query.get("view") == "TEAM"
        found = [each for each in self._workspace.listed() if not (of_team and each.personal)]
        content = [render.row(each) | {"quality": None} for each in render.page_of(found, page, size)]
        pages = -(-len(found) // size)
        return {"content": content, "totalElements": len(found), "totalPages": pages, "size": size, "number": page}

    def _internal_diagram(self, request: web.Request) -> Content:
        return {"permission": "EDIT", "diagram": render.internal(self._find(request.match_info["id"]))}

    def _edges(self, request: web.Request) -> Content:
        found = self._find(request.match_info["id"])
        return [render.edge(self._workspace, found, each) for each in found.edges]

    def _find(self, diagram_id: str) -> StormDiagram:
        found = self._workspace.diagrams.get(diagram_id)
        if found is None:
            raise RefusedError(404, "Diagram not found")
        if found.forbidden:
            raise RefusedError(403, "Access is denied")
        return found


def _number(request: web.Request, name: str, default: int) -> int:
    value = request.query.get(name, str(default))
    return int(value) if value.isdecimal() else default


def build_app(workspace: Workspace) -> web.Application:
    """Приложение стенда для aiohttp."""
    app = web.Application()
    StormServer(workspace).add_routes(app.router)
    admin.add_routes(app.router, workspace)
    return app


@asynccontextmanager
async def standin(workspace: Workspace, *, port: int = 0) -> AsyncIterator[RunningStorm]:
    """Поднять стенд на 127.0.0.1 на время блока `async with`; порт 0 — любой свободный."""
    runner = web.AppRunner(build_app(workspace), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield RunningStorm(workspace, f"http://127.0.0.1:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()
