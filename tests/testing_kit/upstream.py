"""A small server whose own record says what was handled and what was broken off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web


class Ledger:
    def __init__(self) -> None:
        self.handled: list[str] = []
        self.broken_off: list[str] = []
        self.begun: list[str] = []
        self.release = asyncio.Event()
        self.url = ""

    async def on_task(self, request: web.Request) -> web.StreamResponse:
        await request.read()
        self.handled.append(f"{request.method} {request.raw_path}")
        return web.json_response({"number": len(self.handled)})

    async def on_poll(self, request: web.Request) -> web.StreamResponse:
        self.begun.append(request.raw_path)
        try:
            await self.release.wait()
        except asyncio.CancelledError:
            self.broken_off.append(request.raw_path)
            raise
        return await self.on_task(request)

    async def on_stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first")
        await self.release.wait()
        await response.write(b"second")
        return response


@asynccontextmanager
async def ledger_server() -> AsyncIterator[Ledger]:
    ledger = Ledger()
    app = web.Application()
    app.router.add_route("*", "/poll", ledger.on_poll)
    app.router.add_route("*", "/stream", ledger.on_stream)
    app.router.add_route("*", "/{rest:.*}", ledger.on_task)
    runner = web.AppRunner(app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ledger.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield ledger
    finally:
        await runner.cleanup()
