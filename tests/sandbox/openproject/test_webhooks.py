"""Events: merged, late, signed, rendered at delivery, and lost without a second attempt."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from exchanger.sandbox.openproject import Instance, Person
from exchanger.sandbox.openproject.seed import ADMIN, CLERK
from exchanger.sandbox.openproject.webhooks import Webhooks
from exchanger.systems.openproject.webhook import SIGNATURE, genuine
from tests.sandbox.openproject.client import Client
from tests.sandbox.openproject.conftest import ManualClock


@dataclass
class Ear:
    url: str = ""
    heard: list[tuple[dict[str, Any], bool]] = field(default_factory=list)


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    ear = Ear()

    async def hear(request: web.Request) -> web.Response:
        body = await request.read()
        ear.heard.append((await request.json(), genuine(body, request.headers.get(SIGNATURE), "secret")))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    ear.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield ear
    await runner.cleanup()


async def test_edits_of_one_person_come_as_one_event_with_the_latest_state(
    client: Client, instance: Instance, clock: ManualClock, ear: Ear
) -> None:
    hooks = Webhooks(instance, ear.url, "secret")
    hooks.subscribe()
    made = Person(instance, instance.principals[ADMIN]).create("main", "Дело")
    Person(instance, instance.principals[ADMIN]).set_status(made.id, 7)
    assert await hooks.deliver(client.session) == 0  # journals are still being merged
    clock.advance(300)
    made.subject = "Уже иначе"
    assert await hooks.deliver(client.session) == 1
    ((body, signed),) = ear.heard
    assert (body["action"], body["work_package"]["subject"], signed) == ("work_package:created", "Уже иначе", True)


async def test_edits_of_two_people_are_two_events(
    client: Client, instance: Instance, clock: ManualClock, ear: Ear
) -> None:
    hooks = Webhooks(instance, ear.url)
    hooks.subscribe()
    made = Person(instance, instance.principals[ADMIN]).create("main", "Дело")
    Person(instance, instance.principals[CLERK]).comment(made.id, "Слово")
    clock.advance(300)
    assert await hooks.deliver(client.session) == 2
    assert [signed for _, signed in ear.heard] == [False, False]


async def test_lost_and_deleted_events_never_come(
    client: Client, instance: Instance, clock: ManualClock, ear: Ear
) -> None:
    hooks = Webhooks(instance, ear.url)
    hooks.subscribe()
    person = Person(instance, instance.principals[ADMIN])
    instance.faults.lost_webhooks = True
    kept = person.create("main", "Дело")
    clock.advance(300)
    assert await hooks.deliver(client.session) == 0
    instance.faults.lost_webhooks = False
    person.set_status(kept.id, 7)
    person.delete(kept.id)
    clock.advance(300)
    assert await hooks.deliver(client.session) == 0
    assert ear.heard == []
