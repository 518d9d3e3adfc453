"""A busy engine asks to repeat one call: the move goes on; an outage is still told, other refusals at once."""

import asyncio

import pytest

from exchanger.domain.errors import ExchangerError, Reject, Retry
from exchanger.ops.moving.insist import ATTEMPTS, insisted
from exchanger.testing.clock import VirtualClock


class Busy:
    def __init__(self, times: int, error: ExchangerError) -> None:
        self.left, self.error, self.calls = times, error, 0

    async def call(self) -> str:
        self.calls += 1
        if self.calls <= self.left:
            raise self.error
        return "done"


async def outcome(busy: Busy) -> str:
    clock = VirtualClock()
    task = asyncio.create_task(insisted(busy.call, clock))
    for _ in range(ATTEMPTS):
        await clock.advance(5)
    return await task


async def test_a_call_that_the_engine_asks_to_repeat_is_repeated() -> None:
    busy = Busy(ATTEMPTS - 1, Retry("OptimisticLockingException"))

    assert await outcome(busy) == "done"
    assert busy.calls == ATTEMPTS


async def test_an_outage_is_told_after_the_last_attempt() -> None:
    busy = Busy(100, Retry("нет связи"))

    with pytest.raises(Retry):
        await outcome(busy)
    assert busy.calls == ATTEMPTS


async def test_another_refusal_is_not_repeated() -> None:
    busy = Busy(100, Reject("нельзя"))

    with pytest.raises(Reject):
        await outcome(busy)
    assert busy.calls == 1
