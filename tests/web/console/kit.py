"""A console in this process: an installation in a folder of its own, and a browser that knows no JavaScript."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession, CookieJar

from exchanger.ports import Clock
from exchanger.settings import Settings, load_settings
from exchanger.telemetry.clock import SystemClock
from exchanger.web.console.desk import Desk
from exchanger.web.console.site import console
from exchanger.web.site import open_site

PASSWORD = "cAnArY-entry-password"
PAGES = ("/", "/trace", "/trace?id=4711", "/dead-letters", "/incidents", "/audit")
NOBODY = {
    "CAMUNDA_BASE_URL": "http://127.0.0.1:9/engine-rest",
    "CAMUNDA_AUTH_ENABLED": "false",
    "BITRIX_WEBHOOK_URL": "http://127.0.0.1:9/rest/1/cAnArYcode/",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer: what a browser would see."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def words(self) -> str:
        """The text without tags, in one line."""
        return " ".join(re.sub(r"<[^>]+>", " ", self.text).split())


@dataclass(frozen=True, slots=True)
class Browser:
    url: str
    client: ClientSession

    async def get(self, path: str, **headers: str) -> Shown:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.get(self.url + path, headers=named, allow_redirects=False) as answer:
            return Shown(answer.status, await answer.text(), dict(answer.headers))

    async def post(self, path: str, form: Mapping[str, str], **headers: str) -> Shown:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.post(self.url + path, data=form, headers=named, allow_redirects=False) as answer:
            return Shown(answer.status, await answer.text(), dict(answer.headers))


def settings_of(home: Path, **values: str) -> Settings:
    return load_settings({**NOBODY, "EXCHANGER_HOME": str(home), **values}, home)


@asynccontextmanager
async def browsing(settings: Settings, desk: Desk | None = None, clock: Clock | None = None) -> AsyncIterator[Browser]:
    clock = clock or SystemClock()
    app = console(settings, desk or Desk(settings, clock), clock)
    async with open_site(app, 0) as url, ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        yield Browser(url, client)
