"""The code of the webhook is changed on the portal while the system works: nothing stops, nothing is made twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from exchanger.connect import Intent, Limiter, Limits, Severity
from exchanger.domain.errors import ConfigError, SystemPaused
from exchanger.sandbox.bitrix24.seed import SECRET
from exchanger.settings import load_settings
from exchanger.systems.bitrix24 import CreateTask
from exchanger.systems.bitrix24.check import check
from exchanger.systems.bitrix24.portal import Portal, open_portal
from exchanger.telemetry.log import log
from exchanger.wiring.bitrix24 import bitrix_options
from tests.systems.bitrix24.world import BitrixWorld, order

NEW = "n3wC0deOfTheWebhook"


@asynccontextmanager
async def both_codes(world: BitrixWorld) -> AsyncIterator[Portal]:
    known = world.client.options
    options = replace(known, next_webhook_url=known.webhook_url.replace(SECRET, NEW))
    async with open_portal(options, Limiter(Limits(per_second=1000.0, burst=1000.0)), world.clock) as client:
        yield client


async def profile(client: Portal) -> object:
    return (await client.api.call("profile", {}, intent=Intent.READ)).result


async def test_tasks_are_made_once_and_seen_though_the_code_changes_between_two_calls(world: BitrixWorld) -> None:
    async with both_codes(world) as client:
        work = CreateTask(client)
        first = await work.create(world.key("task-1"), work.prepare(order("task-1")))
        await work.find([world.key("task-1")])  # the first task has been found by its key
        # When the administrator makes the portal forget the old code
        world.portal.access.rotate(SECRET, NEW)
        # Then the very next creation is carried out, once, and the tasks are seen
        second = await work.create(world.key("task-2"), work.prepare(order("task-2")))
        assert world.objects(world.key("task-2")) == 1
        assert len(await work.read([first.ref, second.ref])) == 2
        before = world.proxy.count()
        await profile(client)
        assert world.proxy.count() - before == 1, "the refused code is not tried again"


async def test_calls_that_were_on_their_way_together_all_go_on(world: BitrixWorld) -> None:
    lines: list[str] = []
    sink = log.add(lines.append, format="{message} {extra}", level="WARNING")
    async with both_codes(world) as client:
        world.portal.access.rotate(SECRET, NEW)
        assert len(await asyncio.gather(*(profile(client) for _ in range(20)))) == 20
    log.remove(sink)
    assert len([line for line in lines if "не принял код вебхука" in line]) == 1
    assert SECRET not in "".join(lines)
    assert NEW not in "".join(lines)


async def test_a_new_code_set_before_the_portal_knows_it_harms_nothing(world: BitrixWorld) -> None:
    async with both_codes(world) as client:
        for _ in range(2):
            await profile(client)
        assert not client.api.webhooks.refused


async def test_when_neither_code_is_accepted_the_system_pauses_until_one_is(world: BitrixWorld) -> None:
    async with both_codes(world) as client:
        world.portal.access.rotate(SECRET, "another")
        before = world.proxy.count()
        with pytest.raises(SystemPaused, match="BITRIX_WEBHOOK_URL"):
            await profile(client)
        assert world.proxy.count() - before == 2
        world.portal.access.rotate("another", SECRET)
        assert await profile(client)


async def test_doctor_says_that_an_old_code_is_left_in_the_settings(world: BitrixWorld) -> None:
    async with both_codes(world) as client:
        world.portal.access.rotate(SECRET, NEW)
        found = [each.what for each in await check(client) if each.severity is Severity.WARNING]
    assert any("BITRIX_NEXT_WEBHOOK_URL" in what for what in found)


@pytest.mark.parametrize("other", ["https://other.example/rest/1/code/", "https://portal.example/rest/2/code/"])
async def test_the_next_webhook_must_see_the_same_tasks(world: BitrixWorld, other: str) -> None:
    options = replace(
        world.client.options, webhook_url=f"https://portal.example/rest/1/{SECRET}/", next_webhook_url=other
    )
    with pytest.raises(ConfigError, match="BITRIX_NEXT_WEBHOOK_URL"):
        async with open_portal(options, Limiter(Limits(per_second=1.0, burst=1.0)), world.clock):
            pass


def test_the_settings_of_an_installation_reach_the_client(tmp_path: Path) -> None:
    given = {
        "CAMUNDA_BASE_URL": "http://engine.example/engine-rest",
        "BITRIX_WEBHOOK_URL": "https://p.example/rest/1/code1234/",
        "BITRIX_NEXT_WEBHOOK_URL": "https://p.example/rest/1/code5678/",
        "BITRIX_OPERATING_LIMIT": "480",
    }
    options = bitrix_options(load_settings(given, tmp_path).bitrix)
    assert (options.next_webhook_url, options.operating_limit) == (given["BITRIX_NEXT_WEBHOOK_URL"], 480.0)
