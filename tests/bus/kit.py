"""What the tests of a bus use: addresses, a handler with a memory, waiting for a depth."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Protocol

from exchanger.bus.events import Listener
from exchanger.domain.event import Event, EventKind
from exchanger.ports import Address, Bus, Delivery, Message
from exchanger.testing.eventually import eventually
from exchanger.wire.names import Names, queue_of

QUEUE = queue_of("bitrix24")
NAMES = Names()
ORDER = NAMES.order_address("bitrix24", "bitrix_create_task")


class TestedBus(Bus, Protocol):
    def subscribe(self, listener: Listener) -> AbstractAsyncContextManager[None]: ...


class Inbox:
    """A handler that remembers what it got and can fail, hang or wait by the test's will."""

    def __init__(self, act: Callable[[Delivery], object] | None = None) -> None:
        self.got: list[Delivery] = []
        self.running = self.most = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self._act = act

    async def __call__(self, delivery: Delivery) -> None:
        self.got.append(delivery)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await self.gate.wait()
            if self._act is not None:
                self._act(delivery)
        finally:
            self.running -= 1

    def bodies(self) -> list[bytes]:
        return [delivery.message.body for delivery in self.got]


def event(number: int = 0) -> Event:
    return Event(EventKind.CREATED, datetime(2026, 1, 2, tzinfo=UTC), "bitrix24", f"t-{number}", "p", {"n": number})


async def fill(bus: Bus, count: int, to: Address = ORDER) -> None:
    for number in range(count):
        await bus.publish(to, Message(f"{number}".encode(), f"task-{number}"))


async def eventually_depth(bus: Bus, queue: str, expected: int) -> bool:
    async def reached() -> bool:
        depth = await bus.depth(queue)
        assert depth == expected, f"{queue}: {depth}, ожидалось {expected}"
        return True

    return await eventually(reached, within=5, every=0.1, what=f"глубина {queue}")
