"""Outages of any length, in virtual time: everything is back within seconds, said once, and memory stays bounded."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from exchanger.bus.desk import SPARE
from exchanger.domain.errors import OutcomeUnknown, Retry, SystemPaused
from exchanger.telemetry.health import Condition
from exchanger.testing.clock import settle
from tests.roles.house import QUEUE, House, always, nothing

HOUR = 3600.0
DAY = 24 * HOUR
LONG = 8 * HOUR
SECONDS = 20.0
"""What "within seconds" means: the longest pause between two tries, and a little."""


def calm(home: House) -> None:
    """A slower pace, so that days of virtual time stay cheap."""
    home.wait = timedelta(seconds=60)


async def prepared(home: House) -> None:
    calm(home)
    await home.open_for_business()
    home.task("до")
    await home.clock.advance(2)


def said(logged: list[str], words: str) -> int:
    return sum(words in line for line in logged)


async def is_healthy(home: House) -> None:
    """All parts work, a new task is made, its answer arrives."""
    assert home.health.ready, home.health.report()
    task = home.task("после")
    await home.clock.advance(5)
    home.objects.finish(home.object(task).id, "да")
    await home.clock.advance(home.pace.poll + 2)
    assert len(home.completed(task)) == 1


@pytest.mark.parametrize(
    ("error", "span"),
    [
        (Retry("нет связи."), DAY),
        (SystemPaused("движок: 401."), HOUR),
        (OutcomeUnknown("связь оборвалась."), HOUR),
    ],
    ids=["away", "401", "cut"],
)
async def test_an_outage_of_the_engine(home: House, logged: list[str], span: float, error: Exception) -> None:
    # Given an installation with work in hand, and an engine that goes away
    await prepared(home)
    home.state.before = always(lambda: error)
    found = home.objects.all[0]
    home.objects.finish(found.id, "во время")
    await home.clock.advance(span)
    # Then health says so, and each part says it once
    down = [part.name for part in home.health.parts if part.condition is Condition.DOWN]
    assert {"worker:memory", "responder", "tracker:memory:engine"} <= set(down)
    assert said(logged, "часть установки не работает") == len(down)
    assert not home.system.circuit.is_open
    # When it is back
    home.state.before = nothing
    await home.clock.advance(SECONDS)
    # Then the answer of the outage is there within seconds
    assert len(home.state.settled) == 1
    # And each part says once that it is back (the worker when its long poll ends)
    await home.clock.advance(home.pace.walk)
    assert said(logged, "снова работает") == len(down)
    await is_healthy(home)


@pytest.mark.parametrize("span", [HOUR, LONG])
async def test_an_outage_of_the_system(home: House, logged: list[str], span: float) -> None:
    # Given orders on their way when the system stops to answer
    await prepared(home)
    home.objects.before = always(lambda: SystemPaused("нет соединения."))
    tasks = [home.task(str(number)) for number in range(20)]
    await home.clock.advance(span)
    # Then nobody lost an attempt, the orders wait, and it was said once
    assert all(home.state.tasks[task.id].retries is None for task in tasks)
    assert home.bus.waiting(QUEUE) >= 20
    assert said(logged, "система не отвечает") == 1
    # When it is back
    home.objects.before = nothing
    await home.clock.advance(SECONDS)
    # Then every object is made within seconds, once, and that was said once
    assert all(home.object(task).whole for task in tasks)
    assert said(logged, "система снова отвечает") == 1
    await is_healthy(home)


async def test_an_outage_of_the_system_does_not_flood_the_log(home: House, logged: list[str]) -> None:
    # Given a system that is away for hours
    await prepared(home)
    home.objects.before = always(lambda: SystemPaused("нет соединения."))
    for number in range(20):
        home.task(str(number))
    await home.clock.advance(HOUR)
    early = len(logged)
    await home.clock.advance(LONG)
    # Then after the first hour nothing more is said about it
    assert len(logged) - early <= 5


async def test_a_system_that_refuses_only_to_create_goes_on_being_watched(home: House, logged: list[str]) -> None:
    # Given an object in work, and a right to create that was taken away
    await prepared(home)
    found = home.objects.all[0]
    home.objects.before = always(lambda: SystemPaused("нет права создавать."), at="create")
    task = home.task("ждёт")
    await home.clock.advance(60)
    # When a person finishes the other one
    home.objects.finish(found.id, "да")
    await home.clock.advance(SECONDS)
    # Then its answer arrives, and the outage was said once
    assert len(home.state.settled) == 1
    await home.clock.advance(HOUR)
    assert (said(logged, "система не отвечает"), said(logged, "система снова отвечает")) == (1, 0)
    # When the right is given back
    home.objects.before = nothing
    await home.clock.advance(SECONDS)
    assert home.is_made(task)
    assert said(logged, "система снова отвечает") == 1


async def test_many_orders_that_fail_together_are_one_failed_probe(home: House) -> None:
    # Given eight orders that hit the same short outage at once
    await prepared(home)
    home.objects.before = always(lambda: SystemPaused("обслуживание."), at="create")
    tasks = [home.task() for _ in range(8)]
    await settle()
    await settle()
    # When the system is back a moment later
    home.objects.before = nothing
    await home.clock.advance(3)
    # Then nobody waits for a long back-off
    assert all(home.is_made(task) for task in tasks)


@pytest.mark.parametrize("span", [HOUR, LONG])
async def test_an_outage_of_the_broker(home: House, logged: list[str], span: float) -> None:
    # Given a broker that takes nothing while an object is finished and tasks appear
    await prepared(home)
    home.bus.down = True
    home.objects.finish(home.objects.all[0].id, "во время")
    tasks = [home.task(str(number)) for number in range(5)]
    await home.clock.advance(span)
    assert said(logged, "часть установки не работает") <= 3
    # When it is back
    home.bus.down = False
    await home.clock.advance(SECONDS)
    # Then all go on within seconds
    assert all(home.object(task).whole for task in tasks)
    await home.clock.advance(home.pace.sweep + 30)
    await is_healthy(home)


async def test_everything_is_down_at_the_start(home: House) -> None:
    # Given an installation that starts while nothing around it works
    home.bus.down = True
    home.state.before = always(lambda: Retry("движка нет."))
    home.objects.before = always(lambda: SystemPaused("портала нет."))
    home.start_all()
    task = home.task()
    await home.clock.advance(DAY)
    assert not home.health.ready
    # When everything comes up
    home.bus.down, home.state.before, home.objects.before = False, nothing, nothing
    await home.clock.advance(SECONDS)
    # Then the task is made, and all parts are healthy
    assert home.is_made(task)
    await is_healthy(home)


async def test_an_unexpected_error_ends_no_role(home: House) -> None:
    # Given a bug that shows itself in each engine call for an hour
    await prepared(home)
    home.state.before = always(lambda: KeyError("bug"))
    await home.clock.advance(HOUR)
    home.state.before = nothing
    await home.clock.advance(SECONDS)
    # Then every role is still there
    assert not any(role.done() for role in home.running)
    await home.clock.advance(home.pace.walk)
    await is_healthy(home)


async def test_tasks_of_an_outage_do_not_pile_up(home: House) -> None:
    # Given hours without the system
    await prepared(home)
    before = len(asyncio.all_tasks())
    home.objects.before = always(lambda: SystemPaused("нет соединения."))
    for _ in range(300):
        home.task()
    await home.clock.advance(3 * HOUR)
    # Then the queue holds no more than the window and what the creator had in hand, and no tasks of ours pile up
    assert home.bus.waiting(QUEUE) <= home.window.most + 8 + SPARE
    assert len(asyncio.all_tasks()) < before + 40


async def test_the_graceful_stop_loses_nothing(home: House) -> None:
    # Given work at every stage, and a stop in the middle of it
    calm(home)
    await home.open_for_business()
    tasks = [home.task(str(number)) for number in range(40)]
    await settle(20)
    await home.stop()
    # When it is started again
    home.start_all()
    await home.clock.advance(home.locks.lease.total_seconds() + 200)
    # Then each task has its object, once
    assert all(home.object(task).whole for task in tasks)
    assert all(home.is_made(task) for task in tasks)
