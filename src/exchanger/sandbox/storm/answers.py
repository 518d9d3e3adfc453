"""Ответы стенда: JSON, отказы, страницы посредников, порванные тела."""

from __future__ import annotations

import json

from aiohttp import web

from exchanger.sandbox.storm.limits import Verdict
from exchanger.sandbox.storm.workspace import Workspace

_ERRORS = {401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Error"}
_PAGE = "<!doctype html><html><body><h1>{title}</h1></body></html>"


def refusal(workspace: Workspace, path: str, status: int, message: str) -> web.Response:
    """Отказ в форме Spring."""
    body = {
        "timestamp": workspace.local_now().isoformat(timespec="milliseconds"),
        "status": status,
        "error": _ERRORS[status],
        "message": message,
        "path": path,
    }
    return web.json_response(body, status=status)


def too_many(workspace: Workspace, path: str, verdict: Verdict) -> web.Response:
    """429 с заголовками предела."""
    made = refusal(workspace, path, 429, "You have exhausted your API Request Quota")
    made.headers["X-Rate-Limit-Retry-After-Seconds"] = str(verdict.retry_after)
    made.headers["X-Rate-Limit-Remaining"] = "0"
    return made


def page(status: int, title: str) -> web.Response:
    """Страница вместо данных."""
    return web.Response(status=status, text=_PAGE.format(title=title), content_type="text/html")


def cut_json(content: object) -> web.Response:
    """Половина JSON, но ответ сам цел."""
    body = json.dumps(content).encode()
    return web.Response(body=body[: len(body) // 2], content_type="application/json")


async def truncated(request: web.Request, content: object) -> web.StreamResponse:
    """Обещана вся длина, отдана половина, соединение порвано."""
    body = json.dumps(content).encode()
    made = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": str(len(body))})
    await made.prepare(request)
    await made.write(body[: len(body) // 2])
    return drop(request, made)


def drop(request: web.Request, answer: web.StreamResponse | None = None) -> web.StreamResponse:
    """Порвать соединение."""
    if request.transport is not None:
        request.transport.abort()
    return answer or web.Response()
