"""Сервер стенда: пути API v3, вход, заголовки, сбои."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from aiohttp import web

from exchanger.sandbox.openproject import access, attachments, catalogue, packages, projects, records, render
from exchanger.sandbox.openproject.call import Call, Handler
from exchanger.sandbox.openproject.errors import ApiError, conflict, not_found
from exchanger.sandbox.openproject.faults import AFTER_COMMIT, Fault, FaultKind
from exchanger.sandbox.openproject.instance import Instance
from exchanger.sandbox.openproject.limit import LIMIT, FormLimit

_JSON = ("application/json", "application/hal+json")
_BODY_LIMIT = 64 * 1024 * 1024
_MOVED = 308
_WP = "/api/v3/work_packages"
_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/api/v3", catalogue.root),
    ("GET", "/api/v3/configuration", catalogue.configuration),
    ("GET", "/api/v3/statuses", catalogue.statuses),
    ("GET", "/api/v3/types", catalogue.types),
    ("GET", "/api/v3/priorities", catalogue.priorities),
    ("GET", "/api/v3/principals", catalogue.principals),
    ("GET", "/api/v3/custom_fields/{field}/items", catalogue.items),
    ("GET", "/api/v3/projects", projects.index),
    ("POST", "/api/v3/projects", projects.create),
    ("POST", "/api/v3/projects/form", projects.form),
    ("GET", _WP, packages.index),
    ("POST", _WP, packages.create),
    ("POST", _WP + "/form", packages.form),
    ("GET", _WP + "/schemas/{pair}", packages.schemas),
    ("GET", _WP + "/{id}", packages.show),
    ("PATCH", _WP + "/{id}", packages.update),
    ("GET", _WP + "/{id}/activities", records.activities),
    ("POST", _WP + "/{id}/activities", records.comment),
    ("GET", "/api/v3/relations", records.relations),
    ("GET", _WP + "/{id}/relations", records.moved_relations),
    ("POST", _WP + "/{id}/relations", records.relate),
    ("GET", _WP + "/{id}/watchers", records.watchers),
    ("POST", _WP + "/{id}/watchers", records.watch),
)
_IN_PROJECT: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "", projects.show),
    ("GET", "/types", catalogue.types),
    ("GET", "/available_assignees", catalogue.assignees),
    ("GET", "/work_packages", packages.index),
    ("POST", "/work_packages", packages.create),
    ("POST", "/work_packages/form", packages.form),
)


@dataclass(frozen=True, slots=True)
class RunningInstance:
    """Работающий стенд."""

    instance: Instance
    url: str


class ApiServer:
    """Обработчик запросов."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self._limit = FormLimit()
        self._background: set[asyncio.Task[web.StreamResponse]] = set()

    def add_routes(self, app: web.Application) -> None:
        """Пути; прежние `projects` и новые `workspaces` — одно и то же."""
        scoped = [(method, f"/api/v3/{place}/{{project}}{tail}", handler)
                  for place in ("projects", "workspaces") for method, tail, handler in _IN_PROJECT]  # fmt: skip
        for method, path, handler in (*_ROUTES, *scoped):
            app.router.add_route(method, path, self._bound(handler))
        for method in ("GET", "POST"):
            app.router.add_route(method, _WP + "/{id}/attachments", self._attachments)
        app.router.add_post("/oauth/token", self._token)

    def _bound(self, handler: Handler) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            self.instance.requests[f"{request.method} {_shape(request)}"] += 1
            if self.instance.config.rate_limited and request.method == "POST" and request.path.endswith("/form"):
                left = self._limit.refused(self.instance.clock())
                if left is not None:
                    return self._too_many(left)
            fault = self.instance.faults.take(request.method, request.path)
            if fault is None:
                return self._answer(request, handler, body)
            return await self._faulty(request, handler, body, fault)

        return handle

    def _answer(self, request: web.Request, handler: Handler, body: bytes) -> web.Response:
        try:
            user = access.caller(self.instance, request.headers.get("Authorization", ""))
            if request.method in {"POST", "PATCH"} and (refused := _content_type(request)):
                return self._dated(refused)
            status, shown = handler(Call(self.instance, user, request.match_info, dict(request.query), body))
            if status == _MOVED:
                return self._dated(web.Response(status=status, headers=shown))
            return self._dated(web.json_response(shown, status=status, content_type="application/hal+json"))
        except ApiError as error:
            return self._refusal(error)

    async def _faulty(self, request: web.Request, handler: Handler, body: bytes, fault: Fault) -> web.StreamResponse:
        if fault.kind is FaultKind.SLOW_COMMIT:
            return await self._survive(self._late(request, handler, body, fault.delay))
        if fault.kind in AFTER_COMMIT:
            self._answer(request, handler, body)
        match fault.kind:
            case FaultKind.DROP_BEFORE_COMMIT | FaultKind.COMMIT_THEN_DROP:
                return _drop(request)
            case FaultKind.BAD_GATEWAY | FaultKind.BAD_GATEWAY_AFTER:
                return web.Response(status=502, text="<html>502 Bad Gateway</html>", content_type="text/html")
            case FaultKind.CONFLICT:
                return self._refusal(conflict())
            case FaultKind.EXPIRED_TOKEN:
                return self._refusal(ApiError(401, "Unauthenticated", "The token has expired."))
            case FaultKind.TOO_MANY:
                return self._too_many(fault.delay)
        return self._refusal(ApiError(500, "InternalServerError", "An internal error has occurred."))

    async def _late(self, request: web.Request, handler: Handler, body: bytes, delay: float) -> web.StreamResponse:
        await asyncio.sleep(delay)
        return self._answer(request, handler, body)

    async def _survive(self, work: Any) -> web.StreamResponse:
        """Дело доводится до конца, даже если клиент ушёл."""
        task: asyncio.Task[web.StreamResponse] = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return await asyncio.shield(task)

    async def _attachments(self, request: web.Request) -> web.Response:
        try:
            user = access.caller(self.instance, request.headers.get("Authorization", ""))
            text = request.match_info["id"]
            one = self.instance.package(user, int(text) if text.isdigit() else 0)
            if request.method == "GET":
                return web.json_response(attachments.listed(self.instance, one))
            made = await attachments.attach(request, self.instance, one)
            self.instance.touched(one, user)
            return web.json_response(render.attachment(made), status=201)
        except ApiError as error:
            return self._refusal(error)

    async def _token(self, request: web.Request) -> web.Response:
        self.instance.requests["POST /oauth/token"] += 1
        form = {name: str(value) for name, value in (await request.post()).items()}
        status, body = access.grant(self.instance, form)
        return web.json_response(body, status=status)

    def _too_many(self, seconds: float) -> web.Response:
        """Когда сбросится счёт, сказано временем Unix; Retry-After у настоящего нет."""
        reset = int(self.instance.clock().timestamp() + seconds)
        headers = {"RateLimit-Limit": str(LIMIT), "RateLimit-Remaining": "0", "RateLimit-Reset": str(reset)}
        return self._refusal(ApiError(429, "TooManyRequests", "Too many requests."), headers)

    def _refusal(self, error: ApiError, headers: Mapping[str, str] | None = None) -> web.Response:
        named = dict(headers or {}) | ({"WWW-Authenticate": "Bearer"} if error.status == 401 else {})  # noqa: PLR2004 - HTTP
        return self._dated(
            web.json_response(error.body(), status=error.status, headers=named, content_type="application/hal+json")
        )

    def _dated(self, answer: web.Response) -> web.Response:
        answer.headers["Date"] = format_datetime(self.instance.clock(), usegmt=True)
        return answer

    async def close(self) -> None:
        """Бросает отложенные дела."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)


def _content_type(request: web.Request) -> web.Response | None:
    given = request.headers.get("Content-Type", "")
    if not given:
        return web.Response(status=406, text="Missing content-type header")
    if not given.startswith(_JSON):
        error = ApiError(415, "TypeNotSupported", "Expected CONTENT-TYPE to be 'application/json'.")
        return web.json_response(error.body(), status=415)
    return None


def _shape(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "" if resource is None else resource.canonical.removeprefix("/api/v3")


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _unknown(_: web.Request) -> web.Response:
    return web.json_response(not_found().body(), status=404, content_type="application/hal+json")


def build_app(instance: Instance) -> web.Application:
    """Приложение стенда."""
    server = ApiServer(instance)
    app = web.Application(client_max_size=_BODY_LIMIT)
    server.add_routes(app)
    app.router.add_route("*", "/{tail:.*}", _unknown)

    async def resources(_: web.Application) -> AsyncIterator[None]:
        yield
        await server.close()

    app.cleanup_ctx.append(resources)
    return app


@asynccontextmanager
async def standin(instance: Instance, *, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[RunningInstance]:
    """Поднять стенд на время блока; порт 0 — любой свободный."""
    runner = web.AppRunner(build_app(instance), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield RunningInstance(instance, f"http://{host}:{runner.addresses[0][1]}")
    finally:
        await runner.cleanup()
