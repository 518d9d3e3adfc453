"""Страница входа и выхода: форма с паролем, ключ сеанса — в cookie, которую не видят сценарии и чужие сайты."""

from __future__ import annotations

import asyncio
import math

from aiohttp import web

from exchanger.telemetry.log import log
from exchanger.web.console.entry import SESSION, Entry
from exchanger.web.console.show import Show

READ_WITHIN = 5.0
"""Секунд на тело формы: медленный отправитель не занимает соединение надолго."""

_FOREIGN = "Форма отправлена с другого сайта. Если с этого, прокси должен передавать Host, каким его назвал браузер."


class Login:
    """Вход и выход."""

    def __init__(self, entry: Entry, cookie: str, show: Show) -> None:
        self._entry = entry
        self._cookie = cookie
        self._show = show

    def routes(self) -> list[web.RouteDef]:
        """Адреса."""
        return [web.get("/login", self.form), web.post("/login", self.enter), web.post("/logout", self.leave)]

    async def form(self, _: web.Request) -> web.Response:
        """Форма."""
        return self._said(200)

    async def enter(self, request: web.Request) -> web.Response:
        """Проверить пароль: 303 — впущен, 403 — не тот, 415 — не форма, 429 — слишком часто."""
        if not _is_own_form(request):
            return self._said(403, _FOREIGN)
        address = request.remote or ""
        if (wait := self._entry.tries.wait(address)) > 0:
            response = self._said(429, f"Слишком много неудачных попыток, повторите через {math.ceil(wait / 60)} мин.")
            response.headers["Retry-After"] = str(math.ceil(wait))
            return response
        key = self._entry.open(await _password(request), address)
        if key is None:
            log.warning("в консоль не впустили: пароль не тот")
            return self._said(403, "Пароль не тот.")
        entered = web.Response(status=303, headers={"Location": "/"})
        secure = request.headers.get("X-Forwarded-Proto", request.scheme) == "https"
        entered.set_cookie(
            self._cookie, key, max_age=int(SESSION), path="/", secure=secure, httponly=True, samesite="Strict"
        )
        return entered

    async def leave(self, request: web.Request) -> web.Response:
        """Кончить сеанс."""
        if not _is_own_form(request):
            return self._said(403, _FOREIGN)
        self._entry.close(request.cookies.get(self._cookie, ""))
        left = web.Response(status=303, headers={"Location": "/login"})
        left.del_cookie(self._cookie, path="/", httponly=True, samesite="Strict")
        return left

    def _said(self, status: int, fault: str = "") -> web.Response:
        return web.Response(text=self._show.page("login", fault=fault), status=status, content_type="text/html")


def _is_own_form(request: web.Request) -> bool:
    """A form of another site must neither enter nor leave in a visitor's name."""
    site = request.headers.get("Sec-Fetch-Site")
    if site == "same-origin":  # no page can forge it, and a proxy may name another Host
        return True
    own = {None, f"http://{request.host}", f"https://{request.host}"}
    return site in {None, "none"} and request.headers.get("Origin") in own


async def _password(request: web.Request) -> str:
    if request.content_type != "application/x-www-form-urlencoded" or "Content-Encoding" in request.headers:
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(READ_WITHIN):
            given = (await request.post()).get("password", "")
    except (TimeoutError, ValueError, LookupError) as error:  # slow, not text, of an unknown charset
        raise web.HTTPBadRequest from error
    return given if isinstance(given, str) else ""
