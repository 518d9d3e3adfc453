"""Шина на RabbitMQ: собирает соединения, публикацию, потребителей и вахты."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from types import TracebackType
from typing import Self

from aio_pika.abc import AbstractConnection

from exchanger.bus.desk import Desk
from exchanger.bus.events import Listener, Outbox
from exchanger.bus.rabbitmq.consumer import Consumer
from exchanger.bus.rabbitmq.declare import AS_EXPECTED, Declarations
from exchanger.bus.rabbitmq.depth import Depths
from exchanger.bus.rabbitmq.events import Emitter, listen
from exchanger.bus.rabbitmq.flags import BrokerFlags
from exchanger.bus.rabbitmq.lane import Lane
from exchanger.bus.rabbitmq.link import Link
from exchanger.bus.rabbitmq.publisher import Publisher
from exchanger.bus.rabbitmq.settings import BrokerConnection
from exchanger.bus.rabbitmq.term import HeldTerm, hold_term
from exchanger.bus.topology import Topology, topology
from exchanger.domain.event import Event, EventKind
from exchanger.ports import Address, Clock, Handler, Message
from exchanger.telemetry.clock import SystemClock
from exchanger.wire.names import ERRORS

MEND_EVERY = 5.0


class RabbitBus:
    """Шина на RabbitMQ.

    `async with RabbitBus(...)` возвращается сразу: соединение идёт в фоне и чинится всегда. До него `publish` —
    `Retry`, потребители и вахты ждут. Соединений два (публикация, получение): тревога брокера по памяти или диску
    останавливает только публикацию; у каждой вахты соединение своё.
    """

    def __init__(self, broker: BrokerConnection, *, layout: Topology | None = None, clock: Clock | None = None) -> None:
        self._broker = broker
        self._clock = clock or SystemClock()
        self._declarations = Declarations(layout or topology(), broker)
        self._outgoing = Link(broker, "публикация", self._declarations.all)
        self._incoming = Link(broker, "получение")
        self._broken = asyncio.Event()
        self._publisher = Publisher(self._outgoing, broker, self._clock, mend=self._broken.set)
        self._depths = Depths(self._incoming, broker, self._clock)
        self._flags = BrokerFlags(broker, self._incoming.connection, Lane("", self._outgoing, broker).send)
        self._outbox = Outbox()
        self._consumers: dict[str, Consumer] = {}
        self._terms: dict[str, str] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        emitter = Emitter(self._outbox, self._outgoing, self._broker)
        for work in (self._outgoing.run(), self._incoming.run(), emitter.run(), self._mend()):
            self._tasks.append(asyncio.create_task(work))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.wait(self._tasks)
        self._tasks.clear()

    async def connected(self) -> None:
        """Дождаться обоих соединений; обычно не нужно: всё работает и до них, отвечая `Retry`."""
        await self._outgoing.wait()
        await self._incoming.wait()

    async def publish(self, to: Address, message: Message) -> None:
        """Вернуться, когда сообщение сохранено; ошибки — у `Publisher.publish`."""
        await self._publisher.publish(to, message)

    @asynccontextmanager
    async def consume(self, queue: str, handler: Handler, *, at_once: int) -> AsyncIterator[None]:
        """Потреблять очередь, пока открыт контекст.

        Выход: новых доставок нет, идущим обработчикам даётся `grace` секунд, потом они прерываются; всё
        неподтверждённое возвращается в очередь.
        """
        desk = Desk(handler, at_once, bury=self._bury, clock=self._clock)
        consumer = Consumer(queue, at_once, desk, self._incoming, self._declarations)
        self._consumers[queue] = consumer
        task = asyncio.create_task(consumer.run(self._broker))
        try:
            yield
        finally:
            task.cancel()  # first: a connection lost during the grace must not bring the consumer back
            await asyncio.wait({task})
            if self._consumers.get(queue) is consumer:
                del self._consumers[queue]
            await consumer.close(self._broker.grace)

    async def depth(self, queue: str) -> int:
        """Сколько сообщений ждёт в очереди (не старше секунды); `Retry` — узнать нельзя."""
        return await self._depths.of(queue)

    @asynccontextmanager
    async def term(self, name: str) -> AsyncIterator[HeldTerm]:
        """Дождаться вахты `name` и держать её; держатель один на весь брокер."""

        def say(state: str) -> None:
            self._terms[name] = state

        try:
            async with hold_term(name, self._broker, self._clock, say) as term:
                yield term
        finally:
            self._terms.pop(name, None)

    async def raise_flag(self, name: str) -> None:
        """Поднять знак: пустая устойчивая очередь `exchanger.flag.<имя>`."""
        await self._flags.raise_flag(name)

    async def lower_flag(self, name: str) -> None:
        """Опустить знак."""
        await self._flags.lower_flag(name)

    async def is_raised(self, name: str) -> bool:
        """Поднят ли знак; `Retry`, `OutcomeUnknown` — узнать нельзя."""
        return await self._flags.is_raised(name)

    def emit(self, event: Event) -> None:
        """Сообщить событие без подтверждения; никогда не ждёт и не бросает."""
        self._outbox.put(event)

    def subscribe(self, listener: Listener) -> AbstractAsyncContextManager[None]:
        """Получать события всех процессов, пока открыт контекст."""
        return listen(self._incoming, self._broker, listener)

    def hear(self, system: str, kind: EventKind, listener: Listener) -> AbstractAsyncContextManager[None]:
        """Получать события одного рода об одной системе, пока открыт контекст; за время обрыва они пропадают."""
        return listen(self._incoming, self._broker, listener, key=f"{system}.{kind}")

    def state(self) -> Mapping[str, str]:
        """Состояние: «связь: …» → «есть» или причина; «очередь …», «вахта …»; отличия объектов брокера."""
        state = {"связь: публикация": self._outgoing.state, "связь: получение": self._incoming.state}
        state |= {"связь: подтверждения": self._outgoing.confirms}
        state |= {f"потребитель {queue}": consumer.state for queue, consumer in self._consumers.items()}
        state |= {f"вахта {name}": said for name, said in self._terms.items()}
        state |= self._declarations.notes or {"топология": AS_EXPECTED}
        if self._outbox.dropped:
            state["события"] = f"потеряно {self._outbox.dropped}: связи не было или брокер не успевал"
        return state

    async def _bury(self, message: Message) -> None:
        await self.publish(ERRORS, message)

    async def _mend(self) -> None:
        """Объявить топологию заново, когда публикации что-то мешает: объект могли удалить на ходу."""
        while True:
            await self._broken.wait()
            self._broken.clear()
            await self._redeclare(await self._outgoing.wait())
            await asyncio.sleep(MEND_EVERY)

    async def _redeclare(self, connection: AbstractConnection) -> None:
        try:
            await self._declarations.all(connection)
        except Exception:  # noqa: BLE001  the link itself notices and reports what broke; the next failure asks again
            self._broken.clear()
