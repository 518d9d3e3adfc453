"""Ответы HTTP портала: успех, отказ v2 и v3, страницы вместо JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from exchanger.sandbox.bitrix24.errors import RestError
    from exchanger.sandbox.bitrix24.rest import Answer

_HEADERS = {"Access-Control-Allow-Origin": "*", "Content-Type": "application/json; charset=utf-8"}
_V3 = "BITRIX_REST_V3_EXCEPTION_"
_V3_CODES = {
    "100": "VALIDATION_REQUESTVALIDATIONEXCEPTION",
    "ACCESS_DENIED": "ACCESSDENIEDEXCEPTION",
    "ERROR_METHOD_NOT_FOUND": "METHODNOTFOUNDEXCEPTION",
    "INVALID_JSON": "INVALIDJSONEXCEPTION",
}


def _json(body: dict[str, Any], status: int) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(body=text.encode(), status=status, headers=_HEADERS)


def success(answer: Answer) -> web.Response:
    """Успешный ответ с блоком time."""
    return _json(answer.envelope(), 200)


def refusal(error: RestError, *, v3: bool = False) -> web.Response:
    """Отказ без блока time; у v3 error - объект."""
    if v3 and error.code in _V3_CODES:
        return _json({"error": {"code": _V3 + _V3_CODES[error.code], "message": error.description}}, error.status)
    return _json({"error": error.code, "error_description": error.description}, error.status)


def html(status: int, text: str) -> web.Response:
    """Страница посредника вместо JSON."""
    page = f"<html><head><title>{text}</title></head><body><center><h1>{text}</h1></center></body></html>"
    return web.Response(text=page, status=status, content_type="text/html")
