"""Outgoing events: the form, no second attempt, and faults of delivery."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from exchanger.sandbox.bitrix24 import Portal
from exchanger.sandbox.bitrix24.model import Subscription
from tests.sandbox.bitrix24.client import Client
from tests.sandbox.bitrix24.test_faults import until

EVENTS = frozenset({"ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE"})


@dataclass
class Listener:
    url: str = ""
    status: int = 200
    bodies: list[dict[str, str]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/x-www-form-urlencoded"
        self.bodies.append({name: str(value) for name, value in (await request.post()).items()})
        return web.Response(status=self.status)

    @property
    def names(self) -> list[str]:
        return [body["event"] for body in self.bodies]


@pytest.fixture
async def listener(portal: Portal) -> AsyncIterator[Listener]:
    listener = Listener()
    app = web.Application()
    app.router.add_post("/hook", listener.take)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    listener.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    portal.subscriptions.append(Subscription(listener.url, "app-token", EVENTS))
    yield listener
    await runner.cleanup()


async def test_each_event_names_the_task_and_nothing_else(client: Client, listener: Listener) -> None:
    await client.add()
    await until(lambda: len(listener.bodies) == 1)
    await client.result("tasks.task.start", {"taskId": 1})
    await until(lambda: len(listener.bodies) == 2)
    await client.result("tasks.task.delete", {"taskId": 1})
    await until(lambda: len(listener.bodies) == 3)
    added, updated, deleted = listener.bodies
    assert listener.names == ["ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE"]
    assert (added["data[FIELDS_BEFORE]"], added["data[FIELDS_AFTER][ID]"]) == ("undefined", "1")
    assert (updated["data[FIELDS_BEFORE][ID]"], updated["data[FIELDS_AFTER][ID]"]) == ("1", "1")
    assert (deleted["data[FIELDS_BEFORE][ID]"], deleted["data[FIELDS_AFTER]"]) == ("1", "undefined")
    assert {body["auth[application_token]"] for body in listener.bodies} == {"app-token"}


async def test_a_failed_delivery_is_not_repeated(client: Client, listener: Listener) -> None:
    listener.status = 500
    await client.add()
    await until(lambda: len(listener.bodies) == 1)
    listener.status = 200
    await client.add()
    await until(lambda: len(listener.bodies) == 2)
    assert [body["data[FIELDS_AFTER][ID]"] for body in listener.bodies] == ["1", "2"]


async def test_events_are_lost_doubled_and_forged_on_demand(client: Client, portal: Portal, listener: Listener) -> None:
    portal.faults.events.lost = 1.0
    await client.add()
    portal.faults.events.lost = 0.0
    portal.faults.events.duplicated = portal.faults.events.forged = 1.0
    await client.add()
    await until(lambda: len(listener.bodies) == 3)
    assert {body["data[FIELDS_AFTER][ID]"] for body in listener.bodies} == {"2"}
    tokens = sorted(body["auth[application_token]"] for body in listener.bodies)
    assert tokens == ["app-token", "app-token", "forged-token"]


async def test_a_reordered_event_comes_after_the_next(client: Client, portal: Portal, listener: Listener) -> None:
    portal.faults.events.reordered = 1.0
    await client.add()
    portal.faults.events.reordered = 0.0
    await client.add()
    await until(lambda: len(listener.bodies) == 2)
    assert [body["data[FIELDS_AFTER][ID]"] for body in listener.bodies] == ["2", "1"]
