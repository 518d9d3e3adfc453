import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from exchanger.ports import Clock
from exchanger.testing.clock import START, VirtualClock


async def sleeper(clock: Clock, name: str, seconds: float, woken: list[tuple[str, float]]) -> None:
    await clock.sleep(seconds)
    woken.append((name, clock.monotonic()))


async def test_time_stands_still_until_it_is_advanced() -> None:
    clock = VirtualClock()
    woken: list[tuple[str, float]] = []

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(sleeper(clock, "a", 10, woken))
        await clock.advance(9.5)
        assert woken == []
        assert clock.sleeping == 1
        assert clock.now() == START + timedelta(seconds=9.5)
        await clock.advance(0.5)

    assert woken == [("a", 10)]


async def test_sleepers_wake_in_order_of_their_time_and_each_sees_its_own_moment() -> None:
    clock = VirtualClock()
    woken: list[tuple[str, float]] = []

    async with asyncio.TaskGroup() as tasks:
        for name, seconds in (("late", 3.0), ("first", 1.0), ("second", 1.0), ("middle", 2.0)):
            tasks.create_task(sleeper(clock, name, seconds, woken))
        await clock.advance(5)

    assert woken == [("first", 1), ("second", 1), ("middle", 2), ("late", 3)]
    assert clock.monotonic() == 5


async def test_a_loop_that_sleeps_again_runs_as_often_as_it_fits_into_the_step() -> None:
    clock = VirtualClock()
    beats: list[float] = []

    async def beat() -> None:
        while True:
            await clock.sleep(30)
            await asyncio.sleep(0)  # some work between
            beats.append(clock.monotonic())

    task = asyncio.create_task(beat())
    await clock.advance(100)
    task.cancel()

    assert beats == [30, 60, 90]


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock = VirtualClock()
    woken: list[tuple[str, float]] = []
    task = asyncio.create_task(sleeper(clock, "gone", 1, woken))
    await clock.advance(0)

    task.cancel()
    await clock.advance(2)

    assert woken == []
    assert clock.sleeping == 0


async def test_no_time_asked_is_no_time_waited() -> None:
    clock = VirtualClock()
    await asyncio.wait_for(clock.sleep(0), 1)
    assert clock.monotonic() == 0


async def test_the_clock_tells_utc_and_never_goes_back() -> None:
    with pytest.raises(ValueError, match="с поясом"):
        VirtualClock(datetime(2026, 1, 1))  # noqa: DTZ001  the refusal of a naive time is the promise
    clock = VirtualClock(datetime.fromisoformat("2026-01-01T12:00:00+03:00"))
    assert clock.now() == datetime(2026, 1, 1, 9, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    with pytest.raises(ValueError, match="назад"):
        await clock.advance(-1)
