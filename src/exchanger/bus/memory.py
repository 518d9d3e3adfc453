"""Шина одного процесса: тот же смысл, что у RabbitMQ, без хранения — перезапуск лечит движок (аренда, сверка)."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

from exchanger.bus.desk import SPARE, Desk, Verdict
from exchanger.bus.events import Listener, Outbox
from exchanger.bus.memory_flags import LocalFlags
from exchanger.bus.memory_queue import Letter, MemoryQueue
from exchanger.bus.memory_term import LocalTerm, hold_flock, hold_lock
from exchanger.bus.topology import Topology, topology
from exchanger.domain.errors import Retry
from exchanger.domain.event import Event, EventKind
from exchanger.ports import Address, Clock, Handler, Message
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.log import log
from exchanger.wire.names import ERRORS

GRACE = 10.0


class MemoryBus(LocalFlags):
    """Шина в памяти. `locks` — каталог файлов вахт и знаков: держатель один на машину; без него — один на процесс."""

    def __init__(
        self,
        *,
        layout: Topology | None = None,
        clock: Clock | None = None,
        locks: Path | None = None,
        grace: float = GRACE,
    ) -> None:
        super().__init__(locks)
        self._layout = layout or topology()
        self._clock = clock or SystemClock()
        self._locks = locks
        self._grace = grace
        self._queues = {name: MemoryQueue() for name in self._layout.queues}
        self._consumers: Counter[str] = Counter()
        self._terms: dict[str, str] = {}
        self._local: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._listeners: set[Outbox] = set()

    async def publish(self, to: Address, message: Message) -> None:
        """Положить сообщение в очереди адреса; ни одной очереди — `Retry`."""
        queues = self._layout.route(to)
        if not queues:
            raise Retry(
                f"Для ключа «{to.routing_key}» нет очереди в обменнике «{to.exchange or 'по умолчанию'}», "
                "сообщение не сохранено.",
                remedy="Исправьте имя системы или очереди.",
            )
        for name in queues:
            self._queues[name].put(Letter(message, to))

    @asynccontextmanager
    async def consume(self, queue: str, handler: Handler, *, at_once: int) -> AsyncIterator[None]:
        """Потреблять очередь, пока открыт контекст; на выходе идущим обработчикам даётся срок, остальное вернётся."""
        desk = Desk(handler, at_once, bury=self._bury, clock=self._clock)
        room = asyncio.Semaphore(at_once + SPARE)
        pump = asyncio.create_task(self._pump(queue, self._queue(queue), desk, room))
        self._consumers[queue] += 1
        try:
            yield
        finally:
            self._consumers[queue] -= 1
            pump.cancel()
            await asyncio.wait({pump})
            await desk.close(self._grace)

    async def depth(self, queue: str) -> int:
        """Сколько сообщений ждёт в очереди."""
        return len(self._queue(queue))

    @asynccontextmanager
    async def term(self, name: str) -> AsyncIterator[LocalTerm]:
        """Дождаться вахты `name` и держать её."""
        self._terms[name] = "ждём: вахту держит другой"
        holding = (
            hold_lock(name, self._local[name], self._clock)
            if self._locks is None
            else hold_flock(name, self._locks, self._clock)
        )
        try:
            async with holding as term:
                self._terms[name] = "наша"
                yield term
        finally:
            self._terms.pop(name, None)

    def emit(self, event: Event) -> None:
        """Сообщить событие подписчикам; никогда не ждёт и не бросает."""
        for outbox in self._listeners:
            outbox.put(event)

    def subscribe(self, listener: Listener) -> AbstractAsyncContextManager[None]:
        """Получать события этого процесса, пока открыт контекст."""
        return self._listen(listener)

    def hear(self, system: str, kind: EventKind, listener: Listener) -> AbstractAsyncContextManager[None]:
        """Получать события одного рода об одной системе, пока открыт контекст."""

        async def chosen(event: Event) -> None:
            if (event.system, event.kind) == (system, kind):
                await listener(event)

        return self._listen(chosen)

    def state(self) -> Mapping[str, str]:
        """Состояние: связь есть всегда; потребители и вахты."""
        state = {"связь": "есть (память этого процесса)"}
        state |= {f"потребитель {queue}": "потребляется" for queue, count in self._consumers.items() if count}
        state |= {f"вахта {name}": said for name, said in self._terms.items()}
        dropped = sum(outbox.dropped for outbox in self._listeners)
        return state | ({"события": f"потеряно {dropped}: подписчик не успевал"} if dropped else {})

    def _queue(self, name: str) -> MemoryQueue:
        if name not in self._queues:
            raise Retry(f"Очереди «{name}» нет.")
        return self._queues[name]

    async def _pump(self, name: str, queue: MemoryQueue, desk: Desk, room: asyncio.Semaphore) -> None:
        while True:
            await room.acquire()
            letter = await queue.take()
            # The return hangs on the task's end: a task cancelled before its first step runs no `finally`.
            desk.take(self._work(name, letter, desk), done=partial(_done, queue, letter, room))

    @staticmethod
    async def _work(name: str, letter: Letter, desk: Desk) -> None:
        letter.settled = await desk.verdict(letter.delivery(name)) is Verdict.ACK

    async def _bury(self, message: Message) -> None:
        await self.publish(ERRORS, message)

    @asynccontextmanager
    async def _listen(self, listener: Listener) -> AsyncIterator[None]:
        outbox = Outbox()
        self._listeners.add(outbox)
        task = asyncio.create_task(_tell(outbox, listener))
        try:
            yield
        finally:
            self._listeners.discard(outbox)
            task.cancel()
            await asyncio.wait({task})


def _done(queue: MemoryQueue, letter: Letter, room: asyncio.Semaphore) -> None:
    room.release()
    if not letter.settled:  # as a closed channel does
        queue.put_back(letter)


async def _tell(outbox: Outbox, listener: Listener) -> None:
    while True:
        event = await outbox.take()
        try:
            await listener(event)
        except Exception as error:  # noqa: BLE001  events are for people: a failing listener never stops the work
            log.warning("Событие не принято", reason=str(error))
