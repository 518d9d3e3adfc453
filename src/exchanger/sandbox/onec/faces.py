"""Ответы, которые даёт не OData: сервер приложений, модуль веб-сервера, сам веб-сервер."""

from __future__ import annotations

import json

from aiohttp import web

_BOM = b"\xef\xbb\xbf"
_APPLICATION = "<html><head><title>1C:Enterprise 8 application error</title></head><body>{}</body></html>"
_SYSTEM = "http://v8.1c.ru/8.2/virtual-resource-system"
_STALE = (
    f'<?xml version="1.0" encoding="UTF-8"?><exception xmlns="{_SYSTEM}" reason="406">'
    '<descr xmlns="http://v8.1c.ru/8.1/data/core">Истекло время ожидания сеанса</descr></exception>'
)


def maintenance() -> web.Response:
    """Сеансы запрещены: JSON с BOM, не OData."""
    said = {
        "#exception": {"#type": "vrs:Exception", "#value": {
            "descr": "Начало сеанса с информационной базой запрещено: регламентные работы", "#ns": _SYSTEM,
        }}
    }  # fmt: skip
    body = _BOM + json.dumps(said, ensure_ascii=False).encode()
    return web.Response(status=500, body=body, content_type="application/json", charset="utf-8")


def application(text: str, status: int = 500) -> web.Response:
    """Страница сбоя приложения."""
    return web.Response(status=status, text=_APPLICATION.format(text), content_type="text/html")


def no_licence() -> web.Response:
    """Лицензии кончились."""
    return application("Не обнаружено свободной лицензии!")


def no_space() -> web.Response:
    """Кончилось место."""
    return application("No space left on device")


def login_page() -> web.Response:
    """Страница входа с кодом 200 вместо отказа."""
    return application("Идентификация пользователя не выполнена", 200)


def unauthorized() -> web.Response:
    """Вход не удался."""
    answer = application("401 - Идентификация пользователя не выполнена", 401)
    answer.headers["WWW-Authenticate"] = 'Basic realm="1C:Enterprise 8.3"'
    return answer


def stale_session() -> web.Response:
    """Сеанс по этой метке уже завершён: 406 от модуля веб-сервера."""
    return web.Response(status=406, text=_STALE, content_type="application/xml")


def gateway() -> web.Response:
    """Страница веб-сервера."""
    return web.Response(status=502, text="<html><body>502 Bad Gateway</body></html>", content_type="text/html")


def not_implemented() -> web.Response:
    """Метод веб-серверу незнаком."""
    return web.Response(status=501, text="<html><body>501 Not Implemented</body></html>", content_type="text/html")


def iis_refusal() -> web.Response:
    """IIS не принимает такой путь."""
    return web.Response(
        status=400, text="<html><body>Bad Request - Invalid URL</body></html>", content_type="text/html"
    )
