"""The client: pace, limits, a moved portal, batches, secrecy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exchanger.connect import Intent
from exchanger.domain.errors import ConfigError, OutcomeUnknown, Retry, SystemPaused
from exchanger.sandbox.bitrix24 import standin
from exchanger.sandbox.bitrix24.faults import Fault, FaultKind
from exchanger.sandbox.bitrix24.limits import Limits
from exchanger.sandbox.bitrix24.seed import SECRET
from exchanger.systems.bitrix24.batch import Command, read_batch
from exchanger.systems.bitrix24.envelope import Envelope, PortalFault, Spent
from exchanger.systems.bitrix24.pace import Operating
from exchanger.systems.bitrix24.settings import BitrixOptions, Webhook
from exchanger.telemetry.log import log
from exchanger.testing.contract import START, JumpClock
from tests.systems.bitrix24.world import BitrixWorld, order

LIST: dict[str, Any] = {"select": ["ID"], "start": -1}


async def call(world: BitrixWorld, method: str = "tasks.task.list", params: object = LIST) -> Envelope:
    return await world.client.api.call(method, params, intent=Intent.READ)


async def test_too_many_requests_are_repeated_in_place_after_a_growing_pause(world: BitrixWorld) -> None:
    world.portal.faults.add(Fault(FaultKind.QUERY_LIMIT, "tasks.task.list", times=2))
    await call(world)
    assert world.portal.requests["tasks.task.list"] == 3
    assert [round(pause) for pause in world.clock.slept] == [1, 2]


async def test_a_creation_that_was_throttled_is_repeated_since_it_was_not_done(world: BitrixWorld) -> None:
    world.portal.faults.add(Fault(FaultKind.QUERY_LIMIT, "tasks.task.add", times=2))
    params = world.work.prepare(order())
    await world.work.create(world.key("task-1"), params)
    assert len(world.portal.store.tasks) == 1


async def test_a_portal_that_keeps_throttling_is_left_alone(world: BitrixWorld) -> None:
    world.portal.faults.add(Fault(FaultKind.QUERY_LIMIT, "*", times=None))
    with pytest.raises(Retry):
        await call(world)
    assert world.portal.requests["tasks.task.list"] == 3


async def test_the_real_bucket_of_a_portal_lets_us_through_in_the_end(world: BitrixWorld) -> None:
    world.portal.set_limits(Limits(per_second=2.0, burst=5))
    for _ in range(30):
        await call(world)
    assert world.portal.calls["tasks.task.list"] == 30


async def test_a_method_blocked_by_the_portal_is_not_called_until_the_reset(world: BitrixWorld) -> None:
    world.portal.faults.add(Fault(FaultKind.OPERATION_TIME_LIMIT, "tasks.task.list"))
    with pytest.raises(Retry) as blocked:
        await call(world)
    with pytest.raises(Retry):
        await call(world)
    assert world.portal.requests["tasks.task.list"] == 1
    await call(world, "profile", {})  # other methods go on
    assert blocked.value.after is not None
    world.clock.jump(blocked.value.after.total_seconds() + 1)
    await call(world)


async def test_near_the_operating_limit_the_method_rests_before_the_portal_blocks_it(world: BitrixWorld) -> None:
    world.portal.set_limits(Limits(operating=420.0, costs={"tasks.task.list": 100.0}))
    calls = 0
    with pytest.raises(Retry) as resting:  # noqa: PT012 - the number of calls is the point
        for _ in range(10):
            await call(world)
            calls += 1
    assert calls == 5
    assert world.portal.calls["tasks.task.list"] == 5  # never refused by the portal
    assert resting.value.after is not None
    assert resting.value.after > timedelta(minutes=8)


def test_the_guard_slows_down_at_four_fifths_and_stops_before_the_limit() -> None:
    guard = Operating(420.0)
    guard.note("m", Spent(START, 300.0, START + timedelta(minutes=10)))
    assert (guard.pause("m"), guard.left("m", START)) == (0.0, timedelta())
    guard.note("m", Spent(START, 340.0, START + timedelta(minutes=10)))
    assert guard.pause("m") > 0
    guard.note("m", Spent(START, 416.0, START + timedelta(minutes=10)))
    assert guard.left("m", START) == timedelta(minutes=10, seconds=1)
    assert guard.left("m", START + timedelta(minutes=11)) == timedelta()


def test_a_block_without_a_term_lasts_until_the_reset_that_was_named_before() -> None:
    guard = Operating(420.0)
    guard.note("m", Spent(START, 100.0, START + timedelta(minutes=7)))
    guard.block("m", None, START)
    assert guard.left("m", START) == timedelta(minutes=7, seconds=1)
    guard.block("other", None, START)
    assert guard.left("other", START) == timedelta(minutes=1, seconds=1)


async def test_time_spent_inside_a_batch_counts_for_its_method(world: BitrixWorld) -> None:
    world.portal.set_limits(Limits(operating=420.0, costs={"tasks.task.list": 210.0}))
    await read_batch(world.client.api, [Command("tasks.task.list", LIST)] * 2)
    with pytest.raises(Retry):
        await call(world)


async def test_a_portal_that_moved_is_followed_once_and_said(world: BitrixWorld) -> None:
    lines: list[str] = []
    sink = log.add(lines.append, format="{message}{tail}", level="WARNING")
    async with standin(world.portal) as other:
        moved = Fault(FaultKind.DOMAIN_CHANGED, "tasks.task.add", location=other.url + "/")
        world.portal.faults.add(moved)
        params = world.work.prepare(order())
        await world.work.create(world.key("task-1"), params)
        before = world.proxy.count()
        await call(world)
        assert world.proxy.count() == before  # it speaks to the new address from now on
    log.remove(sink)
    assert len(world.portal.store.tasks) == 1
    assert len([line for line in lines if "портал переехал" in line]) == 1
    assert SECRET not in "".join(lines)


async def test_a_redirect_elsewhere_gets_no_secret_and_pauses_the_system(world: BitrixWorld) -> None:
    world.portal.faults.add(Fault(FaultKind.DOMAIN_CHANGED, times=None, location="http://127.0.0.1:9/login?back="))
    with pytest.raises(SystemPaused, match=r"переадресует на 127\.0\.0\.1"):
        await call(world)


def test_the_webhook_never_follows_from_https_to_http() -> None:
    hook = Webhook.parse("https://portal.example/rest/1/abc/")
    assert hook.moved("http://new.example/rest/1/abc/tasks.task.list") is None
    moved = hook.moved("https://new.example/rest/1/abc/tasks.task.list")
    assert moved is not None
    assert moved.url("m") == "https://new.example/rest/1/abc/m"


@pytest.mark.parametrize("url", ["", "portal.example", "https://portal.example/", "https://portal.example/rest/abc/"])
def test_a_wrong_webhook_is_a_fault_of_the_settings(url: str) -> None:
    with pytest.raises(ConfigError, match="BITRIX_WEBHOOK_URL"):
        Webhook.parse(url)


def test_the_secret_is_not_printed_with_the_options() -> None:
    url = f"https://portal.example/rest/1/{SECRET}/"
    assert SECRET not in repr(BitrixOptions(webhook_url=url))
    assert SECRET not in repr(Webhook.parse(url))


async def test_batches_hold_fifty_and_keep_the_order(world: BitrixWorld) -> None:
    world.strangers(3)
    answers = await read_batch(
        world.client.api, [Command("tasks.task.get", {"taskId": n % 4 + 1, "select": ["ID"]}) for n in range(120)]
    )
    assert world.portal.requests["batch"] == 3
    ids = [each.result["task"]["id"] if each.result else None for each in answers if isinstance(each, Envelope)]  # type: ignore[index]  # foreign JSON
    assert ids == ["1", "2", "3", None] * 30


async def test_one_bad_command_does_not_spoil_the_others(world: BitrixWorld) -> None:
    bad = Command("tasks.task.list", {"order": {"NO_SUCH": "asc"}})
    first, second, third = await read_batch(world.client.api, [Command("profile", {}), bad, Command("scope", {})])
    assert isinstance(second, PortalFault)
    assert isinstance(first, Envelope)
    assert isinstance(third, Envelope)


@pytest.mark.parametrize("method", ["tasks.task.add", "tasks.task.update", "task.commentitem.add", "batch"])
def test_nothing_is_written_in_a_batch(method: str) -> None:
    with pytest.raises(ValueError, match="только чтения"):
        Command(method, {}).text()


def test_no_text_that_the_portal_would_substitute_goes_into_a_batch() -> None:
    with pytest.raises(ValueError, match="подставляет"):
        Command("tasks.task.list", {"filter": {"TITLE": "$result[c0][task][id]"}}).text()


def test_a_plus_in_a_date_survives_a_batch() -> None:
    assert "%2B03%3A00" in Command("tasks.task.list", {"filter": {"X": "2026-03-02T12:00:00+03:00"}}).text()


async def test_an_answer_without_the_made_task_is_an_unknown_outcome(
    world: BitrixWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = world.work.prepare(order())
    await world.work.create(world.key("task-1"), params)

    async def empty(*_: object, **__: object) -> Envelope:
        return Envelope([])

    monkeypatch.setattr(type(world.client.api), "ask", empty)
    with pytest.raises(OutcomeUnknown):
        await world.work._add({}, world.key("task-2"))


async def test_the_clock_of_the_portal_is_the_one_that_counts(world: BitrixWorld) -> None:
    world.portal.faults.clock_skew = timedelta(hours=5)
    await call(world)
    ahead = world.client.api.time.now() - world.clock.now()
    assert timedelta(hours=4, minutes=59) < ahead < timedelta(hours=5, minutes=1)


def test_the_test_clock_is_a_clock() -> None:
    clock = JumpClock()
    before = clock.now()
    clock.jump(60)
    assert clock.now() - before >= timedelta(seconds=60)
