"""Страницы консоли: что спросить у `Desk` и каким шаблоном показать."""

from __future__ import annotations

from aiohttp import web

from exchanger.web.console.desk import Desk
from exchanger.web.console.show import Show, styles

LONGEST_ID = 500
"""Знаков номера или ссылки в поиске."""


class Pages:
    """Страницы одной установки."""

    def __init__(self, desk: Desk, show: Show) -> None:
        self._desk = desk
        self._show = show
        self._styles = styles()

    def routes(self) -> list[web.RouteDef]:
        """Адреса страниц."""
        return [
            web.get("/", self.overview),
            web.get("/trace", self.trace),
            web.get("/dead-letters", self.letters),
            web.get("/incidents", self.incidents),
            web.get("/audit", self.audit),
            web.get("/console.css", self.css),
            web.get("/health/live", self.live),
        ]

    async def overview(self, _: web.Request) -> web.Response:
        """Обзор."""
        return self._page("overview", known=await self._desk.overview())

    async def trace(self, request: web.Request) -> web.Response:
        """Путь задачи по любому номеру; без номера — только поле поиска."""
        asked = request.query.get("id", "").strip()
        if len(asked) > LONGEST_ID or not asked.isprintable():
            fault = f"Номер или ссылка — до {LONGEST_ID} знаков одной строкой."
            return self._page("trace", status=400, asked="", answered=None, fault=fault)
        answered = await self._desk.trace(asked) if asked else None
        return self._page("trace", asked=asked, answered=answered, fault="")

    async def letters(self, _: web.Request) -> web.Response:
        """Очередь ошибок, без тел."""
        return self._page("letters", known=await self._desk.letters())

    async def incidents(self, _: web.Request) -> web.Response:
        """Инциденты."""
        return self._page("incidents", known=await self._desk.incidents())

    async def audit(self, _: web.Request) -> web.Response:
        """Действия людей."""
        return self._page("audit", deeds=await self._desk.audit())

    async def css(self, _: web.Request) -> web.Response:
        """Лист стилей."""
        return web.Response(text=self._styles, content_type="text/css")

    async def live(self, _: web.Request) -> web.Response:
        """Процесс жив."""
        return web.json_response({"status": "ok"})

    def told(self, status: int, title: str, text: str = "", remedy: str = "") -> web.Response:
        """Отказ или ошибка."""
        return self._page("told", status=status, title=title, text=text, remedy=remedy)

    def _page(self, name: str, *, status: int = 200, **values: object) -> web.Response:
        return web.Response(text=self._show.page(name, **values), status=status, content_type="text/html")
