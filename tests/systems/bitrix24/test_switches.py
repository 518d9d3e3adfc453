"""What our client does when the portal is blocked, when the webhook has expired, when it answers after we have left."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import web

from exchanger.connect import Cursor, Limiter, Limits
from exchanger.domain.errors import OutcomeUnknown, Retry, SystemPaused
from exchanger.domain.task import ObjectRef
from exchanger.sandbox.bitrix24.access import Webhook
from exchanger.sandbox.bitrix24.faults import Fault, FaultKind
from exchanger.sandbox.bitrix24.params import Params
from exchanger.sandbox.bitrix24.requests import Target
from exchanger.sandbox.bitrix24.seed import ADMIN, SECRET
from exchanger.sandbox.bitrix24.server import RestServer
from exchanger.systems.bitrix24 import BitrixOptions, CreateTask
from exchanger.systems.bitrix24.portal import open_portal
from exchanger.testing.eventually import eventually
from tests.systems.bitrix24.world import BitrixWorld, order

REFUSALS = [
    (FaultKind.OVERLOAD_LIMIT, "OVERLOAD_LIMIT", "поддержку Битрикс24"),
    (FaultKind.EXPIRED_TOKEN, "expired_token", "BITRIX_WEBHOOK_URL"),
]
NEW = "n3wC0deOfTheWebhook"


async def creating(world: BitrixWorld, _: ObjectRef) -> object:
    return await world.work.create(world.key("task-2"), world.work.prepare(order("task-2")))


async def finding(world: BitrixWorld, _: ObjectRef) -> object:
    return await world.work.find([world.key("task-1")])


async def reading(world: BitrixWorld, ref: ObjectRef) -> object:
    return await world.work.read([ref])


async def sweeping(world: BitrixWorld, _: ObjectRef) -> object:
    return [page async for page in world.work.opened(Cursor(""))]


@pytest.mark.parametrize(("kind", "code", "remedy"), REFUSALS)
@pytest.mark.parametrize(
    ("step", "method"), [(creating, "tasks.task.add"), (finding, "*"), (reading, "*"), (sweeping, "*")]
)
async def test_a_closed_portal_pauses_the_system_and_is_not_knocked_at_again(
    world: BitrixWorld,
    kind: FaultKind,
    code: str,
    remedy: str,
    step: Callable[[BitrixWorld, ObjectRef], Awaitable[object]],
    method: str,
) -> None:
    known = await world.make("task-1")
    await world.work.find([world.key("task-1")])  # its key is proved: the next one may be made
    world.portal.faults.add(Fault(kind, method, times=None))
    with pytest.raises(SystemPaused, match=code) as paused:
        await step(world, known.ref)
    assert remedy in (paused.value.remedy or "")
    assert len(world.portal.faults.fired) == 1, "asked once"
    assert SECRET not in str(paused.value)
    assert world.objects(world.key("task-2")) == 0
    world.portal.faults.clear()
    assert await step(world, known.ref), "once the portal is open again, the work goes on"


async def test_an_expired_webhook_gives_way_to_the_next_one_and_the_task_is_made_once(world: BitrixWorld) -> None:
    world.portal.access.webhooks.append(Webhook(ADMIN, NEW))
    hook = world.client.options.webhook_url
    options = replace(world.client.options, next_webhook_url=hook.replace(SECRET, NEW))
    async with open_portal(options, Limiter(Limits(per_second=1000.0, burst=1000.0)), world.clock) as client:
        work = CreateTask(client)
        world.portal.faults.add(Fault(FaultKind.EXPIRED_TOKEN, "tasks.task.add"))
        await work.create(world.key("task-1"), work.prepare(order("task-1")))
        assert client.api.webhooks.refused
    assert world.portal.requests["tasks.task.add"] == 2
    assert world.objects(world.key("task-1")) == 1


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The delay of DELAY_THEN_COMMIT lasts until this is set: no test depends on how fast the machine is."""
    gate = asyncio.Event()

    async def when_told(server: RestServer, found: Target, params: Params, _: float) -> web.StreamResponse:
        await gate.wait()
        return server._perform(found, params)

    monkeypatch.setattr(RestServer, "_late", when_told)
    return gate


async def test_a_task_made_after_we_have_left_is_found_and_not_made_again(
    world: BitrixWorld, late: asyncio.Event
) -> None:
    world.portal.faults.add(Fault(FaultKind.DELAY_THEN_COMMIT, "tasks.task.add"))
    key, params = world.key("task-1"), world.work.prepare(order("task-1"))
    with pytest.raises(OutcomeUnknown):
        await world.work.create(key, params)
    assert await world.work.find([key]) == [], "not there yet: to make it now would be to make it twice"
    late.set()
    await eventually(lambda: world.objects(key) == 1, what="the portal carries out what it was asked")
    (found,) = await world.work.find([key])
    assert (await world.make("task-1")).ref == found.ref
    assert world.objects(key) == 1
    assert world.portal.requests["tasks.task.add"] == 1


async def test_a_creation_that_is_slow_but_in_time_is_simply_waited_for(world: BitrixWorld) -> None:
    world.portal.faults.add(Fault(FaultKind.DELAY_THEN_COMMIT, "tasks.task.add", delay=0.1))
    await world.make("task-1")
    assert world.objects(world.key("task-1")) == 1
    assert world.portal.requests["tasks.task.add"] == 1


async def test_a_reading_that_is_too_late_is_asked_again(world: BitrixWorld, late: asyncio.Event) -> None:
    ref = (await world.make("task-1")).ref
    world.portal.faults.add(Fault(FaultKind.DELAY_THEN_COMMIT, "tasks.task.list"))
    with pytest.raises(Retry):
        await world.work.read([ref])
    late.set()
    assert [each.ref for each in await world.work.read([ref])] == [ref]


def test_the_quarantine_outlasts_what_a_portal_may_carry_out_late() -> None:
    options = BitrixOptions(webhook_url="https://portal.example/rest/1/secret/")
    assert timedelta(seconds=60) < timedelta(seconds=options.create_timeout) < options.quarantine
