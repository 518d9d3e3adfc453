"""Очередь в памяти: порядок поступления, возвращённое — на прежнее место впереди."""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass
from itertools import count

from exchanger.ports import Address, Delivery, Message


@dataclass(slots=True)
class Letter:
    """Сообщение, его адрес и след в очереди."""

    message: Message
    to: Address
    number: int = 0
    redelivered: bool = False
    settled: bool = False

    def delivery(self, queue: str) -> Delivery:
        """Доставка порта."""
        return Delivery(
            self.message,
            queue,
            exchange=self.to.exchange,
            routing_key=self.to.routing_key,
            redelivered=self.redelivered,
        )


class MemoryQueue:
    """Очередь."""

    def __init__(self) -> None:
        self._ready: list[tuple[int, Letter]] = []
        self._numbers = count()
        self._waiting: list[asyncio.Future[None]] = []

    def __len__(self) -> int:
        return len(self._ready)

    def put(self, letter: Letter) -> None:
        """Положить в конец."""
        letter.number = next(self._numbers)
        self._push(letter)

    def put_back(self, letter: Letter) -> None:
        """Вернуть на прежнее место; следующая доставка — повторная."""
        letter.redelivered = True
        self._push(letter)

    async def take(self) -> Letter:
        """Дождаться первого по порядку и забрать его."""
        while not self._ready:
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            try:
                await waiter
            finally:
                self._waiting.remove(waiter)
        return heapq.heappop(self._ready)[1]

    def _push(self, letter: Letter) -> None:
        heapq.heappush(self._ready, (letter.number, letter))
        # All of them: a woken taker may have been cancelled, and then the message would wait for nobody.
        for waiter in self._waiting:
            if not waiter.done():
                waiter.set_result(None)
