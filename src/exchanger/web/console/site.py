"""Приложение консоли из частей."""

from __future__ import annotations

from aiohttp import web

from exchanger.ports import Clock
from exchanger.settings import Settings
from exchanger.web.console.desk import Desk
from exchanger.web.console.entry import Entry
from exchanger.web.console.guard import Guard, secure
from exchanger.web.console.login import Login
from exchanger.web.console.pages import Pages
from exchanger.web.console.show import Show

MOST_BYTES = 4096
"""Наибольшее тело запроса: в нём бывает только пароль."""


def console(settings: Settings, desk: Desk, clock: Clock) -> web.Application:
    """Приложение; вход есть, когда задан пароль."""
    environment, password = settings.installation.environment, settings.console.password
    entry = None if password is None else Entry(password.get_secret_value(), clock)
    show = Show(environment, with_entry=entry is not None)
    pages = Pages(desk, show)
    cookie = f"exchanger-console-{environment}"  # a cookie knows no port: prod and dev of one host would share it
    guard = Guard(entry, cookie, pages.told)
    app = web.Application(client_max_size=MOST_BYTES, middlewares=[guard.errors, guard.enter])
    app.on_response_prepare.append(secure)
    app.add_routes(pages.routes())
    if entry is not None:
        app.add_routes(Login(entry, cookie, show).routes())
    return app
