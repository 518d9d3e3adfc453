"""Уведомления систем по HTTP: `/hooks/<система>`. Отвечает сразу, в работу отдаёт только подсказку."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from aiohttp import web

from exchanger.connect import Forged, Hook, Knock
from exchanger.domain.event import Event, EventKind
from exchanger.ports import Clock
from exchanger.telemetry.log import log

READ_WITHIN = 5.0
"""Секунды на тело: медленный отправитель не занимает соединение надолго."""

_SAY_EVERY = 600.0


class Receiver:
    """Приём уведомлений: проверить, сообщить шине, ответить."""

    def __init__(self, hooks: Iterable[Hook], emit: Callable[[Event], None], clock: Clock) -> None:
        self._hooks = {hook.system: hook for hook in hooks}
        self._emit = emit
        self._clock = clock
        self._refused = 0
        self._said: float | None = None

    async def receive(self, request: web.Request) -> web.Response:
        """Одно уведомление: 200 — принято, 403 — тайна не та, 413 — велико, прочие 4xx — это не уведомление."""
        hook = self._hooks.get(request.match_info["system"])
        if hook is None:
            return web.Response(status=404)
        try:
            knock = Knock(await _body(request, hook.most), request.headers)
            objects = hook.read(knock)
        except Forged:
            self._refuse(hook.system)
            return web.Response(status=403)
        except (ValueError, TimeoutError, web.RequestPayloadError):
            return web.Response(status=400)
        more = {"again": True} if objects and hook.again(knock) else {}
        for each in objects:
            self._emit(Event(EventKind.HINT, self._clock.now(), hook.system, fields={"object": each, **more}))
        return web.Response()

    def _refuse(self, system: str) -> None:
        """Anyone can knock: the log says so now and then, with a count."""
        self._refused += 1
        now = self._clock.monotonic()
        if self._said is None or now - self._said >= _SAY_EVERY:
            log.warning("уведомление с чужим токеном не принято", system=system, refused=self._refused)
            self._said, self._refused = now, 0


async def _body(request: web.Request, most: int) -> bytes:
    body = bytearray()
    async with asyncio.timeout(READ_WITHIN):
        async for chunk in request.content.iter_any():
            body += chunk
            if len(body) > most:
                raise web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(body))
    return bytes(body)


def application(hooks: Iterable[Hook], emit: Callable[[Event], None], clock: Clock) -> web.Application:
    """Приложение уведомлений; тело больше предела входа — 413."""
    app = web.Application()
    app.add_routes([web.post("/hooks/{system}", Receiver(hooks, emit, clock).receive)])
    return app
