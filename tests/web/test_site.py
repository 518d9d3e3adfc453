"""A door that anyone may knock at takes a bounded number of connections, and none that only stands there."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import ClientSession, web

from exchanger.testing.eventually import eventually
from exchanger.web import site

HALF = b"POST /hooks/bitrix24 HTTP/1.1\r\nHost: localhost\r\nX-Slow: "


async def test_headers_that_do_not_end_are_not_waited_for_and_others_are_served(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(site, "IDLE", 0.3)
    async with site.open_site(_app(), 0) as url, ClientSession() as client:
        reader, writer = await _connected(url)
        for sent in (HALF, b"x", b"x"):
            writer.write(sent)
            await writer.drain()
        async with client.get(url) as answer:
            assert answer.status == 200

        assert await asyncio.wait_for(reader.read(), 20) == b""

        writer.close()


async def test_one_connection_too_many_is_closed_at_once_and_room_is_made_when_another_goes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(site, "MOST", 2)
    async with site.open_site(_app(), 0) as url, ClientSession() as client:
        held = [await _connected(url) for _ in range(2)]
        for _, writer in held:
            writer.write(HALF)
            await writer.drain()

        reader, turned = await _connected(url)
        assert await asyncio.wait_for(reader.read(), 20) == b""

        for writer in (turned, held[0][1]):
            writer.close()
            await writer.wait_closed()

        async def served() -> bool:
            try:
                async with client.get(url) as answer:
                    return answer.status == 200
            except OSError:
                return False

        await eventually(served)
        held[1][1].close()


def _app() -> web.Application:
    async def page(_: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/", page)
    return app


async def _connected(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))
