"""The circuit: who may ask a paused system, when, and what is said."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from exchanger.connect import Circuit, Side
from exchanger.domain.errors import Retry, SystemPaused
from exchanger.testing.clock import VirtualClock, settle


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


async def waits(circuit: Circuit, clock: VirtualClock, side: Side) -> float:
    """How long this side waits for its turn, up to ten minutes."""
    waiting = asyncio.create_task(circuit.closed(by=side))
    for second in range(600):
        await settle(4)
        if waiting.done():
            return second
        await clock.advance(1)
    waiting.cancel()
    return 600


async def test_a_closed_circuit_lets_everyone_through(clock: VirtualClock) -> None:
    circuit = Circuit("s", clock)
    assert [await waits(circuit, clock, side) for side in Side] == [0, 0]


async def test_probes_grow_to_fifteen_seconds_and_no_further(clock: VirtualClock) -> None:
    circuit, pauses = Circuit("s", clock), []
    for _ in range(7):
        circuit.opened("нет связи.")
        pauses.append(await waits(circuit, clock, Side.WATCH))
    assert pauses == [1, 2, 4, 8, 15, 15, 15]


async def test_failures_that_come_together_are_one(clock: VirtualClock) -> None:
    circuit = Circuit("s", clock)
    for _ in range(50):
        circuit.opened("нет связи.")
    assert await waits(circuit, clock, Side.WATCH) == 1


async def test_the_pause_that_the_system_names_is_kept(clock: VirtualClock) -> None:
    circuit = Circuit("s", clock)
    circuit.opened("лимит.", timedelta(minutes=3))
    circuit.opened("лимит.")
    assert await waits(circuit, clock, Side.WATCH) == 180


async def test_the_creator_waits_while_the_watcher_is_refused(clock: VirtualClock) -> None:
    circuit = Circuit("s", clock)
    circuit.opened("нет связи.", by=Side.CREATE)
    circuit.opened("нет связи.", by=Side.WATCH)
    assert await waits(circuit, clock, Side.CREATE) == 600
    circuit.succeeded(by=Side.WATCH)
    assert await waits(circuit, clock, Side.CREATE) == 0


async def test_the_watcher_goes_on_while_only_creating_is_refused(clock: VirtualClock) -> None:
    circuit = Circuit("s", clock)
    circuit.opened("нет права.", timedelta(minutes=3), by=Side.CREATE)
    circuit.succeeded(by=Side.WATCH)
    assert circuit.is_open
    assert await waits(circuit, clock, Side.WATCH) == 0
    with pytest.raises(SystemPaused, match="нет права"):
        circuit.require(Side.CREATE)


async def test_broken_wakes_whoever_consumes(clock: VirtualClock) -> None:
    circuit = Circuit("s", clock)
    consuming = asyncio.create_task(circuit.broken())
    await settle(4)
    assert not consuming.done()
    circuit.opened("нет связи.", by=Side.WATCH)
    await settle(4)
    assert consuming.done()


async def test_only_a_pause_of_the_system_opens_it(clock: VirtualClock) -> None:
    circuit = Circuit("s", clock)
    with pytest.raises(Retry), circuit.asking(Side.WATCH):
        raise Retry("занято.")
    assert not circuit.is_open
    with pytest.raises(SystemPaused), circuit.asking(Side.WATCH):
        raise SystemPaused("нет прав.")
    assert (circuit.is_open, circuit.reason) == (True, "нет прав.")


async def test_it_says_once_that_it_opened_and_once_that_it_closed(clock: VirtualClock, logged: list[str]) -> None:
    circuit = Circuit("s", clock)
    for _ in range(5):
        circuit.opened("нет связи.", by=Side.CREATE)
        circuit.opened("нет связи.", by=Side.WATCH)
        await clock.advance(20)
    for _ in range(3):
        circuit.succeeded(by=Side.WATCH)
        circuit.succeeded(by=Side.CREATE)
    assert logged == [
        "ERROR система не отвечает, работа с ней остановлена",
        "INFO система снова отвечает, работа продолжена",
    ]
