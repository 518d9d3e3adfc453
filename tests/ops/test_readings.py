"""Depths of queues for the page of metrics: asked in turn, and a number of yesterday is never shown."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import cast

from exchanger.domain.errors import Retry
from exchanger.ops.readings import DEPTHS_EVERY, Depths
from exchanger.ports import Bus, Clock


class Broker:
    """Only the depths of a bus."""

    def __init__(self, depths: dict[str, int]) -> None:
        self.depths = depths

    async def depth(self, queue: str) -> int:
        if queue not in self.depths:
            raise Retry(f"Очереди «{queue}» нет.")
        return self.depths[queue]


class Rounds:
    """A clock that ends the following after so many rounds, and lets the world change between them."""

    def __init__(self, broker: Broker, *later: dict[str, int]) -> None:
        self._broker = broker
        self._later = list(later)
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if not self._later:
            raise asyncio.CancelledError
        self._broker.depths = self._later.pop(0)


async def followed(first: dict[str, int], *later: dict[str, int]) -> tuple[dict[str, int], list[float]]:
    broker = Broker(first)
    clock = Rounds(broker, *later)
    depths = Depths(cast("Bus", broker), cast("Clock", clock), ("a", "b"))
    with suppress(asyncio.CancelledError):
        await depths.follow()
    return depths.known, clock.slept


async def test_a_queue_that_cannot_be_asked_hides_no_other() -> None:
    assert (await followed({"b": 2}))[0] == {"b": 2}


async def test_a_depth_that_is_no_longer_known_is_not_shown() -> None:
    assert (await followed({"a": 1, "b": 2}, {"b": 5}))[0] == {"b": 5}


async def test_the_broker_is_asked_once_in_a_while() -> None:
    assert (await followed({"a": 1, "b": 2}, {}))[1] == [DEPTHS_EVERY, DEPTHS_EVERY]
