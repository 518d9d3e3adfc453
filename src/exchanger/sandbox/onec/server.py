"""Сервер стенда: сеансы и лицензии, вход, сбои — и один из двух профилей."""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from exchanger.sandbox.onec import faces
from exchanger.sandbox.onec.admin import Admin
from exchanger.sandbox.onec.call import Call, Profile
from exchanger.sandbox.onec.errors import LOCK_CONFLICT, LOCK_TIMEOUT, Refusal, stopped
from exchanger.sandbox.onec.exchange import Exchange
from exchanger.sandbox.onec.faults import AFTER_COMMIT, Fault, FaultKind
from exchanger.sandbox.onec.infobase import Infobase, User
from exchanger.sandbox.onec.odata import OData
from exchanger.sandbox.onec.service import FAILED, Service
from exchanger.sandbox.onec.sessions import Sessions

BASE = "/base"
ODATA = BASE + "/odata/standard.odata"
SERVICE = BASE + "/hs/exchanger/v1"
_COOKIE = "ibsession"
_BODY_LIMIT = 64 * 1024 * 1024
_FACES: dict[FaultKind, Callable[[], web.Response]] = {
    FaultKind.MAINTENANCE: faces.maintenance,
    FaultKind.NO_LICENCE: faces.no_licence,
    FaultKind.NO_SPACE: faces.no_space,
    FaultKind.HTML_200: faces.login_page,
    FaultKind.BAD_GATEWAY: faces.gateway,
    FaultKind.BAD_GATEWAY_AFTER: faces.gateway,
    FaultKind.NOT_IMPLEMENTED: faces.not_implemented,
    FaultKind.SESSION_LOST: faces.stale_session,
}


@dataclass(frozen=True, slots=True)
class RunningBase:
    """Поднятый стенд; `url` — адрес публикации базы."""

    base: Infobase
    sessions: Sessions
    url: str


class OnecServer:
    """Обработчик запросов."""

    def __init__(self, base: Infobase, exchange: Exchange | None, service: Service | None) -> None:
        self.base, self.sessions = base, Sessions(base.config, base.clock)
        self._odata, self._service = OData(exchange), service
        self._last: datetime | None = None
        self._background: set[asyncio.Task[web.StreamResponse]] = set()

    def add_routes(self, app: web.Application) -> None:
        """Пути обоих профилей; неопубликованный сервис — 404 веб-сервера."""
        app.router.add_route("*", ODATA + "{tail:.*}", self._bound(self._odata, ODATA))
        if self._service is not None:
            app.router.add_route("*", SERVICE + "{tail:.*}", self._bound(self._service, SERVICE))

    def _bound(self, profile: Profile, root: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.base.requests[f"{request.method} {request.match_info['tail'].partition('(')[0].strip('/')}"] += 1
            if self.base.config.iis and any(each in request.path for each in "?+\\"):
                return faces.iis_refusal()
            content = await request.read()
            # What 1C has begun it finishes, client or no client; as a task of ours it ends when the stand-in closes.
            return await self._begun(self._session(request, profile, root, content))

        return handle

    async def _session(self, request: web.Request, profile: Profile, root: str, content: bytes) -> web.StreamResponse:
        config, mark = self.base.config, request.cookies.get(_COOKIE, "")
        wish = request.headers.get("IBSession", "") if config.client_sessions else ""
        if mark and config.client_sessions:
            if not self.sessions.known(mark):
                return faces.stale_session()
            answer = await self._served(request, profile, root, content)
            if wish == "finish":
                self.sessions.finish(mark)
            return answer
        if not self.sessions.enter():
            return faces.no_licence()
        try:
            answer = await self._served(request, profile, root, content)
        finally:
            self.sessions.leave()
        if wish == "start" and answer.status != 401:  # noqa: PLR2004 - HTTP
            answer.set_cookie(_COOKIE, self.sessions.keep(), path=BASE)
        return answer

    async def _served(self, request: web.Request, profile: Profile, root: str, content: bytes) -> web.StreamResponse:
        await self._wait(request.method)
        if self.base.faults.maintenance:
            return faces.maintenance()
        user = self._user(request.headers.get("Authorization", ""))
        if user is None:
            return faces.unauthorized()
        here = f"{request.scheme}://{request.host}{root}"
        query = request.raw_path.partition("?")[2]
        tail = request.match_info["tail"]
        call = Call(self.base, user, request.method, here, tail, query, request.headers, content)
        fault = self.base.faults.take(request.method, request.path)
        if fault is None:
            return _answer(profile, call)
        return await self._faulty(request, profile, call, fault)

    async def _wait(self, method: str) -> None:
        """Первый вызов после простоя долог, записи тоже не мгновенны."""
        config, now = self.base.config, self.base.clock()
        cold = self._last is None or now - self._last > timedelta(seconds=config.cold_after)
        self._last = now
        spent = (config.cold_start if cold else 0) + self.base.faults.hang
        await asyncio.sleep(spent + (0 if method == "GET" else config.write_time))

    async def _faulty(self, request: web.Request, profile: Profile, call: Call, fault: Fault) -> web.StreamResponse:
        if fault.kind is FaultKind.SLOW_COMMIT:
            await asyncio.sleep(fault.delay)
            return _answer(profile, call)
        if fault.kind in {FaultKind.TWICE, FaultKind.COMMIT_THEN_DELAY}:
            answer = _answer(profile, call)
            if fault.kind is FaultKind.TWICE:
                _answer(profile, call)
            await asyncio.sleep(fault.delay)
            return answer
        if fault.kind in AFTER_COMMIT:
            _answer(profile, call)
        if fault.kind in {FaultKind.DROP_BEFORE_COMMIT, FaultKind.COMMIT_THEN_DROP}:
            return _drop(request)
        if fault.kind in _FACES:
            return _FACES[fault.kind]()
        return profile.refused(call.headers, call.query, _stopped(fault))

    def _user(self, authorization: str) -> User | None:
        """Кто вошёл: имя и пароль — в UTF-8, иначе вход не удался."""
        scheme, _, given = authorization.partition(" ")
        try:
            login, _, password = base64.b64decode(given).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        user = self.base.users.get(login) if scheme == "Basic" else None
        return user if user is not None and user.password == password else None

    async def _begun(self, work: Any) -> web.StreamResponse:
        task: asyncio.Task[web.StreamResponse] = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Бросает отложенные дела."""
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)


def _answer(profile: Profile, call: Call) -> web.Response:
    try:
        return profile.answer(call)
    except Refusal as error:
        return profile.refused(call.headers, call.query, error)


def _stopped(fault: Fault) -> Refusal:
    texts = {FaultKind.LOCK_CONFLICT: LOCK_CONFLICT, FaultKind.LOCK_TIMEOUT: LOCK_TIMEOUT,
             FaultKind.HANDLER_REFUSAL: fault.text}  # fmt: skip
    return stopped(texts.get(fault.kind, FAILED))


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


@asynccontextmanager
async def standin(
    base: Infobase, *, port: int = 0, host: str = "127.0.0.1", plan: str = "", service: bool = True
) -> AsyncIterator[RunningBase]:
    """Поднять стенд на время блока; порт 0 — любой свободный; `plan` — план обмена; без `service` расширения нет."""
    exchange = Exchange(base, plan) if plan else None
    if exchange is not None:
        exchange.register()
    server = OnecServer(base, exchange, Service(base) if service else None)
    app = web.Application(client_max_size=_BODY_LIMIT)
    server.add_routes(app)
    Admin(base, server.sessions).add_routes(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield RunningBase(base, server.sessions, f"http://{host}:{runner.addresses[0][1]}{BASE}")
    finally:
        await server.close()
        await runner.cleanup()
