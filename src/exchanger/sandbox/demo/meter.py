from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager

from exchanger.domain.event import Event, EventKind
from exchanger.ports import Address, Bus, Handler, Message, Term


class MeteredBus:
    """Шина, которая считает принятые сообщения по обменникам; остальное делает настоящая."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.published: Counter[str] = Counter()

    async def publish(self, to: Address, message: Message) -> None:
        """Опубликовать и посчитать."""
        await self._bus.publish(to, message)
        self.published[to.exchange or to.routing_key] += 1

    def consume(self, queue: str, handler: Handler, *, at_once: int) -> AbstractAsyncContextManager[None]:
        """Потреблять."""
        return self._bus.consume(queue, handler, at_once=at_once)

    async def depth(self, queue: str) -> int:
        """Глубина очереди."""
        return await self._bus.depth(queue)

    def term(self, name: str) -> AbstractAsyncContextManager[Term]:
        """Вахта."""
        return self._bus.term(name)

    async def raise_flag(self, name: str) -> None:
        """Поднять знак."""
        await self._bus.raise_flag(name)

    async def lower_flag(self, name: str) -> None:
        """Опустить знак."""
        await self._bus.lower_flag(name)

    async def is_raised(self, name: str) -> bool:
        """Поднят ли знак."""
        return await self._bus.is_raised(name)

    def emit(self, event: Event) -> None:
        """Событие."""
        self._bus.emit(event)

    def subscribe(self, listener: Callable[[Event], Awaitable[None]]) -> AbstractAsyncContextManager[None]:
        """Все события."""
        return self._bus.subscribe(listener)

    def hear(
        self, system: str, kind: EventKind, listener: Callable[[Event], Awaitable[None]]
    ) -> AbstractAsyncContextManager[None]:
        """События одного рода."""
        return self._bus.hear(system, kind, listener)

    def state(self) -> Mapping[str, str]:
        """Состояние."""
        return self._bus.state()
