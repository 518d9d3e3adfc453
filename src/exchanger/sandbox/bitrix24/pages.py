"""Страницы для людей: список задач, карточка, «кто вы»."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aiohttp import web

from exchanger.sandbox.bitrix24 import html
from exchanger.sandbox.bitrix24 import params as php
from exchanger.sandbox.bitrix24.errors import RestError
from exchanger.sandbox.bitrix24.listing import PAGE, page
from exchanger.sandbox.bitrix24.machine import Action
from exchanger.sandbox.bitrix24.person import Person

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.model import User
    from exchanger.sandbox.bitrix24.params import Params
    from exchanger.sandbox.bitrix24.portal import Portal

_COOKIE = "sandbox_user"
_CARD = r"/company/personal/user/{user:\d+}/tasks/task/view/{task:\d+}/"
_GROUP_CARD = r"/workgroups/group/{group:\d+}/tasks/task/view/{task:\d+}/"
_BUTTONS = {action.value: action for action in html.BUTTONS if action is not Action.DELETE}
_REFUSED = {"1048582": "Это действие сейчас невозможно."}


@dataclass(frozen=True, slots=True)
class Pages:
    """Обработчики страниц."""

    portal: Portal

    def _me(self, request: web.Request) -> User:
        chosen = self.portal.directory.active(php.as_int(request.cookies.get(_COOKIE, "")))
        return chosen or self.portal.user(self.portal.access.webhooks[0].user_id)

    def _page(self, request: web.Request, title: str, body: str, status: int = 200) -> web.Response:
        text = html.layout(self.portal, self._me(request), title, body, request.path)
        headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}
        return web.Response(text=text, status=status, content_type="text/html", headers=headers)

    async def tasks(self, request: web.Request) -> web.Response:
        """Список видимых задач, новые сверху."""
        me = self._me(request)
        found = page(self.portal, me, {}, {}, 0)
        shown = found.tasks[:PAGE]
        return self._page(request, "Задачи", html.task_table(self.portal, me, shown, found.total or 0))

    async def card(self, request: web.Request) -> web.Response:
        """Карточка задачи; открытие отмечает её просмотренной."""
        return self._card(request, "")

    def _card(self, request: web.Request, error: str) -> web.Response:
        me = self._me(request)
        task = self.portal.find(me, int(request.match_info["task"]))
        if task is None:
            text = "<h1>Задача не найдена</h1><p>Она удалена или вам не видна.</p>"
            return self._page(request, "Задача не найдена", text, 404)
        Person(self.portal, me).open(task.id)
        body = html.task_card(self.portal, me, task, error)
        return self._page(request, task.title, body, 409 if error else 200)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Кнопка карточки; отказ портала показывается над карточкой."""
        _same_site(request)
        task_id, form = int(request.match_info["task"]), dict(await request.post())
        try:
            _press(Person(self.portal, self._me(request)), task_id, request.match_info["action"], form)
        except RestError as error:
            text = error.description.removesuffix("<br>")
            return self._card(request, _REFUSED.get(error.code, text))
        deleted = self.portal.store.get(task_id) is None
        raise web.HTTPSeeOther("/" if deleted else request.path.rsplit("/", 1)[0] + "/")

    async def whoami(self, request: web.Request) -> web.StreamResponse:
        """Выбор, от чьего имени действовать."""
        _same_site(request)
        form = await request.post()
        back = str(form.get("back", "/"))
        response = web.HTTPSeeOther(back if back.startswith("/") and not back.startswith("//") else "/")
        response.set_cookie(_COOKIE, str(php.as_int(form.get("user", ""))), samesite="Strict", httponly=True)
        raise response


def _same_site(request: web.Request) -> None:
    """Кнопку чужой страницы не слушаем."""
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        raise web.HTTPForbidden(text="Запрос пришёл с чужой страницы.")


def _press(person: Person, task_id: int, action: str, form: Params) -> None:
    text = php.as_text(form.get("text"))
    match action:
        case "delete":
            person.delete(task_id)
        case "delegate":
            person.delegate(task_id, php.as_int(form.get("to")))
        case "answer":
            person.answer(task_id, text)
        case "result":
            person.add_result(task_id, text)
        case _ if action in _BUTTONS:
            person.act(task_id, _BUTTONS[action])
        case _:
            raise web.HTTPNotFound(text="Такого действия нет.")


def add_routes(app: web.Application, portal: Portal) -> None:
    """Добавляет страницы."""
    pages = Pages(portal)
    app.add_routes(
        [
            web.get("/", pages.tasks),
            web.get(_CARD, pages.card),
            web.get(_GROUP_CARD, pages.card),
            web.post(_CARD + "{action:[a-z]+}", pages.act),
            web.post("/whoami", pages.whoami),
        ]
    )
