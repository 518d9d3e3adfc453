"""Стенд Telegram: Bot API глазами бота, который только пишет. Тексты и коды — как у настоящего."""

from __future__ import annotations

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

_LONGEST = 4096
_TAGS = {"b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "a", "code", "pre", "blockquote", "tg-spoiler"}
_TAG = re.compile(r"</?([A-Za-z-]+)[^<>]*>")


@dataclass(slots=True)
class TelegramStandin:
    """Чаты и отправленное. `faults` — ответы вместо обычных по порядку; `lost` — принять, но оборвать связь."""

    token: str = "123456:sandbox-token"  # noqa: S105 - the sandbox's own
    chats: dict[str, str] = field(default_factory=lambda: {"-100": "open"})
    moved: dict[str, int] = field(default_factory=dict)
    sent: list[dict[str, Any]] = field(default_factory=list)
    faults: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    lost: bool = False
    url: str = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Один вызов Bot API."""
        if request.match_info["token"] != self.token:
            return _refusal(401, "Unauthorized")
        if request.match_info["method"] == "getMe":
            return web.json_response({"ok": True, "result": {"id": 123456, "is_bot": True}})
        if self.faults:
            status, body = self.faults.pop(0)
            return web.json_response(body, status=status)
        return self._send(request, await request.json())

    def _send(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        chat = str(body.get("chat_id"))
        if (refusal := self._refusal(chat, body)) is not None:
            return refusal
        self.sent.append(body)
        if self.lost:
            assert request.transport is not None
            request.transport.abort()
        return web.json_response({"ok": True, "result": {"message_id": len(self.sent), "chat": {"id": chat}}})

    def _refusal(self, chat: str, body: dict[str, Any]) -> web.Response | None:
        if chat in self.moved:
            said = "Bad Request: group chat was upgraded to a supergroup chat"
            return _refusal(400, said, migrate_to_chat_id=self.moved[chat])
        state = self.chats.get(chat)
        if state is None:
            return _refusal(400, "Bad Request: chat not found")
        if state == "blocked":
            return _refusal(403, "Forbidden: bot was blocked by the user")
        return _unacceptable(str(body.get("text", "")), body.get("parse_mode"))


def _unacceptable(text: str, mode: object) -> web.Response | None:
    if mode == "HTML":
        unknown = next((tag for tag in _TAG.findall(text) if tag.lower() not in _TAGS), None)
        if unknown is not None:
            return _refusal(400, f'Bad Request: can\'t parse entities: Unsupported start tag "{unknown}"')
        text = html.unescape(_TAG.sub("", text))
    if not text.strip():
        return _refusal(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > _LONGEST:
        return _refusal(400, "Bad Request: message is too long")
    return None


def _refusal(status: int, description: str, **parameters: int) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=status)


@asynccontextmanager
async def standin(state: TelegramStandin) -> AsyncIterator[TelegramStandin]:
    """Стенд на свободном порту; адрес — в `state.url`."""
    app = web.Application()
    app.router.add_route("*", "/bot{token}/{method}", state.serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        state.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield state
    finally:
        await runner.cleanup()
