"""The right to write is asked for at the door: whoever waited long for a place may have lost it meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from exchanger.connect import Http, HttpOptions, Intent, Limiter, Limits, Permit, http, writing_under
from exchanger.connect.permit import FRESH
from exchanger.domain.errors import TermLost
from exchanger.testing.clock import settle

ALONE = Limits(per_second=1000, burst=1000, at_once=1)


@dataclass(slots=True)
class Door:
    """A server whose first answer waits, and a term that may be lost."""

    url: str = ""
    paths: list[str] = field(default_factory=list)
    taken: asyncio.Event = field(default_factory=asyncio.Event)
    free: asyncio.Event = field(default_factory=asyncio.Event)
    lost: bool = False
    checks: int = 0
    now: float = 0.0

    async def answer(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        self.taken.set()
        if request.path == "/slow":
            await self.free.wait()
        return web.Response(text="ok")

    async def check(self) -> None:
        self.checks += 1
        if self.lost:
            raise TermLost("вахта потеряна.")

    def permit(self) -> Permit:
        return Permit(self.check, lambda: self.now)


@asynccontextmanager
async def door() -> AsyncIterator[tuple[Door, Http]]:
    made = Door()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        async with Http(HttpOptions("Система"), Limiter(ALONE)) as client:
            yield made, client
    finally:
        made.free.set()
        await runner.cleanup()


async def waits_and_loses_the_term() -> list[str]:
    """A creation waits for the only place; meanwhile another process takes over. What the server saw."""
    async with door() as (made, client):
        slow = asyncio.create_task(client.request("GET", f"{made.url}/slow", intent=Intent.READ))
        await made.taken.wait()

        async def create() -> None:
            permit = made.permit()
            await permit.confirm()
            with writing_under(permit):
                await client.request("POST", f"{made.url}/create", intent=Intent.CREATE)

        creating = asyncio.create_task(create())
        await settle()
        made.lost, made.now = True, FRESH
        made.free.set()
        await slow
        await asyncio.gather(creating, return_exceptions=True)
        if isinstance(creating.exception(), TermLost):
            assert "/create" not in made.paths
        return made.paths


async def test_a_creation_that_waited_for_its_place_is_not_sent_when_the_term_is_lost_meanwhile() -> None:
    assert await waits_and_loses_the_term() == ["/slow"]


async def test_control_without_the_question_at_the_door_it_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing() -> None:
        return

    monkeypatch.setattr(http, "confirmed", nothing)
    assert await waits_and_loses_the_term() == ["/slow", "/create"]


async def test_what_was_confirmed_just_now_is_not_asked_again_and_reading_needs_no_right() -> None:
    async with door() as (made, client):
        permit = made.permit()
        await permit.confirm()
        with writing_under(permit):
            await client.request("POST", f"{made.url}/create", intent=Intent.CREATE)
            assert made.checks == 1
            made.lost, made.now = True, FRESH
            await client.request("GET", f"{made.url}/read", intent=Intent.READ)
            for intent in (Intent.CREATE, Intent.IDEMPOTENT):
                with pytest.raises(TermLost):
                    await client.request("POST", f"{made.url}/create", intent=intent)
        await client.request("POST", f"{made.url}/after", intent=Intent.CREATE)
        assert made.paths == ["/create", "/read", "/after"]
