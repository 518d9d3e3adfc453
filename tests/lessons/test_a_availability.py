"""Lessons A of the predecessor that concern the roles: services that went deaf and stayed "active"."""

from __future__ import annotations

import asyncio
import time

import pytest

from exchanger.domain.errors import ExchangerError, Retry, SystemPaused
from exchanger.domain.typed import typed
from exchanger.roles.duty import Duty
from exchanger.roles.worker import Worker
from exchanger.telemetry.health import Condition
from exchanger.testing.clock import settle
from exchanger.testing.memory_system import MEMORY_TOPIC, MemoryObjects, MemoryOptions, MemoryWork, memory_system
from tests.roles.house import OTHER, QUEUE, House, always, fail, nothing


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (Retry("нет связи с движком."), 80),
        (SystemPaused("движок: 401."), 90),
        (SystemPaused("движок: 401."), 13 * 3600),
    ],
    ids=["80 s without the engine", "90 s of 401", "13 h of 401"],
)
async def test_a1_topics_never_die(home: House, error: ExchangerError, seconds: float) -> None:
    # Given the outages that made all 27 threads end for ever
    await home.open_for_business()
    home.state.before = always(lambda: error)
    await home.clock.advance(seconds)
    # Then health fails loudly while they last
    assert home.health.part("worker:memory").condition is Condition.DOWN
    # When they are over, then work goes on within seconds
    home.state.before = nothing
    task = home.task()
    await home.clock.advance(20)
    assert home.is_made(task)


async def test_a1_errors_do_not_add_up_over_days(home: House) -> None:
    # Given a single error each half day, for a week
    await home.open_for_business()
    for _ in range(14):
        home.state.before = fail(Retry("нет связи с движком."), at="fetch")
        await home.clock.advance(1800)
    # Then tasks are taken as on the first day
    task = home.task()
    await home.clock.advance(2)
    assert home.is_made(task)


async def test_a2_many_publications_at_once_all_arrive_once(home: House) -> None:
    # Given 200 tasks that are taken together
    tasks = {home.task().id for _ in range(200)}
    # When the worker publishes them side by side
    home.start(home.worker().run)
    await home.clock.advance(2)
    # Then each order is in the queue, once
    published = [message.correlation_id for message in home.bus.published["memory.memory_task"]]
    assert sorted(published) == sorted(tasks)
    assert home.bus.waiting(QUEUE) == 200


class _Hanging(MemoryWork):
    """A system that accepts the request and never answers."""

    async def create(self, key: object, params: object) -> object:  # type: ignore[override]
        await asyncio.Event().wait()
        raise AssertionError(key, params)


async def test_a3_a_hung_system_blocks_no_other(home: House) -> None:
    # Given two systems, one of which hangs for hours
    works = home.system.works
    assert isinstance(works, dict)
    works[MEMORY_TOPIC] = _Hanging(MemoryOptions(home.objects))
    objects = MemoryObjects(home.clock)
    async with memory_system(MemoryOptions(objects, name=OTHER), home.clock) as other:
        duty = Duty(home.context, other, home.rules, home.pace)
        worker = Worker(home.context, OTHER, ["other_task"], home.wait, home.window)
        other.works["other_task"] = other.works[MEMORY_TOPIC]  # type: ignore[index]
        home.start(worker.run, duty.run)
        await home.open_for_business()
        for _ in range(20):
            home.task()
        await home.clock.advance(3600)
        # When the other one gets a task
        task = home.state.add_task("other_task", {"title": typed("живёт")})
        await home.clock.advance(2)
        # Then it is made at once
        assert [found.title for found in objects.all] == ["живёт"]
        assert home.is_made(task)
        await home.stop()


async def test_a4_a_start_needs_neither_broker_nor_system_nor_engine(home: House) -> None:
    home.bus.down = True
    home.state.before = always(lambda: Retry("движка нет."))
    home.objects.before = always(lambda: SystemPaused("портала нет."))
    home.start_all()
    await home.clock.advance(600)
    assert not any(role.done() for role in home.running)
    home.bus.down, home.state.before, home.objects.before = False, nothing, nothing
    task = home.task()
    await home.clock.advance(20)
    assert home.is_made(task)


async def test_a5_a_stop_takes_a_moment_whatever_the_roles_are_at(home: House) -> None:
    # Given 28 workers in their long polls beside all other roles, and orders in work
    await home.open_for_business()
    home.start(*(home.worker().run for _ in range(28)))
    await home.clock.advance(1)
    for _ in range(50):
        home.task()
    await settle(5)
    # When everything is stopped
    started = time.monotonic()
    await home.stop()
    # Then it has stopped at once
    assert time.monotonic() - started < 2
