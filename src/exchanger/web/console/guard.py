"""Что стоит перед каждой страницей: чужой узел, вход, ошибки словами, заголовки защиты."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import web

from exchanger.domain.errors import ExchangerError
from exchanger.telemetry.log import log
from exchanger.web.console.entry import Entry
from exchanger.web.console.remembered import AlreadyTold

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "exchanger",
}
OPEN = frozenset({"/login", "/console.css", "/health/live"})
"""Страницы без входа."""

_PROXIED = ("forwarded", "via", "x-real-ip", "x-forwarded-")
_TITLES = {
    404: "Такой страницы нет",
    405: "Так эту страницу не открывают",
    413: "Запрос слишком велик",
    415: "Пароль принимается только из формы входа",
}
_BROKEN = ("Ошибка консоли", "Подробности — в журнале службы console.")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Told(Protocol):
    """Страница отказа: код, заголовок, текст, что делать."""

    def __call__(self, status: int, title: str, text: str = "", remedy: str = "") -> web.Response:
        """Собрать страницу."""
        ...


class Guard:
    """Проверки запроса. `entry` None — входа нет, и слушают только свою машину."""

    def __init__(self, entry: Entry | None, cookie: str, told: Told) -> None:
        self._entry = entry
        self._cookie = cookie
        self._told = told

    @web.middleware
    async def errors(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Отказы и ошибки — страницами, без подробностей наружу."""
        try:
            return await handler(request)
        except web.HTTPRedirection:
            raise
        except web.HTTPException as error:
            return self._told(error.status, _TITLES.get(error.status, "Запрос не принят"))
        except AlreadyTold:
            return self._told(500, *_BROKEN)
        except ExchangerError as error:
            said = str(error).partition(" Что делать:")[0]
            return self._told(503, "Не получилось узнать", said, error.remedy)
        except Exception as error:  # noqa: BLE001 - the outermost boundary of a request: recorded, told without details
            log.opt(exception=error).error("страница консоли не собралась", path=request.path)
            return self._told(500, *_BROKEN)

    @web.middleware
    async def enter(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Пустить своего; без входа — только того, кто пришёл на эту машину прямо."""
        if self._entry is None:
            # A page of another site can point its own name at 127.0.0.1, and a proxy opens us to its whole network.
            if not _is_local(request.host) or any(name.lower().startswith(_PROXIED) for name in request.headers):
                remedy = "задайте EXCHANGER_CONSOLE_PASSWORD или откройте http://127.0.0.1 через туннель SSH."
                return self._told(403, "Без входа консоль отвечает только этой машине", remedy=remedy)
        elif request.path not in OPEN and not self._entry.knows(request.cookies.get(self._cookie, "")):
            raise web.HTTPSeeOther("/login")
        if request.path not in OPEN and _is_from_elsewhere(request):
            remedy = "откройте обзор или вставьте адрес в адресную строку: так переход делаете вы, а не чужая страница."
            return self._told(403, "Сюда ведёт страница другого сайта", remedy=remedy)
        return await handler(request)


async def secure(_: web.Request, response: web.StreamResponse) -> None:
    """Заголовки защиты каждого ответа."""
    response.headers.update(HEADERS)


def _is_from_elsewhere(request: web.Request) -> bool:
    """A page of another site asks in a visitor's name; a link to the overview asks for what is remembered anyway."""
    if request.headers.get("Sec-Fetch-Site") not in {"cross-site", "same-site"}:
        return False
    opened = (request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")) == ("navigate", "document")
    return request.path != "/" or not opened


def _is_local(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
