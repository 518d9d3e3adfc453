"""Сервер стенда: REST с кознями сети, события, страница для людей, управление для тестов."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import ClientSession, ClientTimeout, web

from exchanger.sandbox.bitrix24 import admin, pages, responses
from exchanger.sandbox.bitrix24.errors import REFUSALS, RestError, unknown_method
from exchanger.sandbox.bitrix24.events import EventSender
from exchanger.sandbox.bitrix24.faults import AFTER_COMMIT, Fault, FaultKind
from exchanger.sandbox.bitrix24.registry import V2, V3
from exchanger.sandbox.bitrix24.requests import InvalidJsonError, Target, read_params, target
from exchanger.sandbox.bitrix24.rest import BatchCutError, perform

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine

    from exchanger.sandbox.bitrix24.access import Caller
    from exchanger.sandbox.bitrix24.params import Params
    from exchanger.sandbox.bitrix24.portal import Portal

_BODY_LIMIT = 64 * 1024 * 1024
_EVENT_TIMEOUT = ClientTimeout(total=10)

_PAGES = {
    FaultKind.BAD_GATEWAY: (502, "502 Bad Gateway"),
    FaultKind.BAD_GATEWAY_AFTER: (502, "502 Bad Gateway"),
    FaultKind.MAINTENANCE: (503, "503 Service Temporarily Unavailable"),
}


@dataclass(frozen=True, slots=True)
class RunningPortal:
    """Работающий стенд: адрес портала и адрес вебхука его владельца."""

    portal: Portal
    url: str
    webhook_url: str


class RestServer:
    """Обработчик `/rest/…`."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self._background: set[asyncio.Task[web.StreamResponse]] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Один запрос HTTP: ведро, сбой по плану, выполнение."""
        found = target(request.match_info["tail"])
        if found is None:
            return responses.refusal(unknown_method())
        self.portal.requests[found.method] += 1
        if not self.portal.admit(request.remote or ""):
            return responses.refusal(REFUSALS[FaultKind.QUERY_LIMIT])
        try:
            params = await read_params(request, v3=found.v3)
        except InvalidJsonError:
            return responses.refusal(RestError("INVALID_JSON", "Request body is not valid JSON"), v3=True)
        fault = self.portal.faults.take(found.method)
        try:
            if fault is None:
                return self._perform(found, params)
            return await self._faulty(request, found, params, fault)
        except BatchCutError:
            return _drop(request)

    async def _faulty(self, request: web.Request, found: Target, params: Params, fault: Fault) -> web.StreamResponse:
        if fault.kind is FaultKind.DELAY_THEN_COMMIT:
            return await self._survive(self._late(found, params, fault.delay))
        answer = self._perform(found, params) if fault.kind in AFTER_COMMIT else None
        if fault.kind in {FaultKind.DROP_BEFORE_COMMIT, FaultKind.COMMIT_THEN_DROP}:
            return _drop(request)
        if fault.kind is FaultKind.COMMIT_THEN_DELAY:
            await asyncio.sleep(fault.delay)
            return answer or _drop(request)
        if fault.kind is FaultKind.DOMAIN_CHANGED:
            return web.Response(status=302, headers={"Location": fault.location + request.path.lstrip("/")})
        if fault.kind in _PAGES:
            return responses.html(*_PAGES[fault.kind])
        return responses.refusal(REFUSALS[fault.kind])

    async def _late(self, found: Target, params: Params, delay: float) -> web.StreamResponse:
        await asyncio.sleep(delay)
        return self._perform(found, params)

    async def _survive(self, work: Coroutine[None, None, web.StreamResponse]) -> web.StreamResponse:
        """Дело будет доведено до конца, даже если клиент уже ушёл."""
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return await asyncio.shield(task)

    def _perform(self, found: Target, params: Params) -> web.Response:
        try:
            caller = self._caller(found, params)
            clean = {name: value for name, value in params.items() if name.lower() != "auth"}
            return responses.success(perform(self.portal, caller, found.method, clean, V3 if found.v3 else V2))
        except RestError as error:
            return responses.refusal(error, v3=found.v3)

    def _caller(self, found: Target, params: Params) -> Caller:
        access, directory, now = self.portal.access, self.portal.directory, self.portal.exact_now()
        if found.user_id is not None:
            return access.by_webhook(found.user_id, found.secret, directory, now)
        return access.by_token(str(params.get("auth") or ""), directory, now)

    async def close(self) -> None:
        """Бросает отложенные дела."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)


def _drop(request: web.Request) -> web.Response:
    """Рвёт соединение вместо ответа."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def build_app(portal: Portal) -> web.Application:
    """Приложение стенда для aiohttp."""
    server = RestServer(portal)
    app = web.Application(client_max_size=_BODY_LIMIT)
    app.router.add_route("*", "/rest/{tail:.*}", server.handle)
    admin.add_routes(app, portal)
    pages.add_routes(app, portal)

    async def resources(_: web.Application) -> AsyncIterator[None]:
        async with ClientSession(timeout=_EVENT_TIMEOUT) as session:
            sender = EventSender(portal, session)
            portal.listeners.append(sender.notice)
            yield
            portal.listeners.remove(sender.notice)
            await sender.close()
            await server.close()

    app.cleanup_ctx.append(resources)
    return app


@asynccontextmanager
async def standin(portal: Portal, *, port: int = 0, host: str = "127.0.0.1") -> AsyncIterator[RunningPortal]:
    """Поднимает стенд на время блока `async with`; порт 0 - любой свободный."""
    runner = web.AppRunner(build_app(portal), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        address = runner.addresses[0]
        url = f"http://{host}:{address[1]}"
        hook = portal.access.webhooks[0]
        yield RunningPortal(portal, url, f"{url}/rest/{hook.user_id}/{hook.secret}/")
    finally:
        await runner.cleanup()
