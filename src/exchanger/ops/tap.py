"""Живьём: события служб или копии сообщений одной очереди. Работе не мешает и в брокере ничего не оставляет."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from exchanger.bus.events import decode
from exchanger.bus.rabbitmq.session import Session, open_session
from exchanger.bus.rabbitmq.tap import Tap, tapped
from exchanger.domain.errors import ConfigError
from exchanger.domain.event import Event, EventKind
from exchanger.ports import Address, Delivery
from exchanger.settings import Settings
from exchanger.wire.names import EVENTS
from exchanger.wiring import broker_connection, layout_of

ANYTHING = "#"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Что показывать; пустое не ограничивает."""

    system: str = ""
    kind: EventKind | None = None
    task: str = ""

    def event(self, event: Event) -> bool:
        """Подходит ли событие."""
        return (
            self.system in {"", event.system} and self.kind in {None, event.kind} and self.task in {"", event.task_id}
        )

    def message(self, delivery: Delivery) -> bool:
        """Подходит ли сообщение: у него есть задача, рода и системы нет."""
        return self.task in {"", delivery.message.correlation_id}


class Heard:
    """Что услышано и ещё не показано; ждать следующего можно, пока кран открыт."""

    def __init__(self) -> None:
        self._waiting: asyncio.Queue[Delivery] = asyncio.Queue()
        self.tap: Tap

    def put(self, delivery: Delivery) -> None:
        """Услышать."""
        self._waiting.put_nowait(delivery)

    async def next(self) -> Delivery:
        """Дождаться следующего; `Retry` — связь оборвалась."""
        if not self._waiting.empty():
            return self._waiting.get_nowait()
        taking, ending = asyncio.ensure_future(self._waiting.get()), asyncio.ensure_future(self.tap.broken())
        try:
            await asyncio.wait({taking, ending}, return_when=asyncio.FIRST_COMPLETED)
            return taking.result() if taking.done() else await _never(ending)
        finally:
            taking.cancel()
            ending.cancel()


async def _never(ending: asyncio.Future[None]) -> Delivery:
    await ending
    raise AssertionError("the broken tap raises")


def event_of(delivery: Delivery) -> Event | None:
    """Событие; None — в обменник событий положили что-то чужое."""
    try:
        return decode(delivery.message.body)
    except ValueError:  # another program's message: nothing to show of it
        return None


@asynccontextmanager
async def open_events(settings: Settings) -> AsyncIterator[Heard]:
    """События всех служб установки; `Retry` — брокер не отвечает или служб здесь ещё не было."""
    async with _session(settings, "события") as session, _open(session, [Address(EVENTS, ANYTHING)]) as heard:
        yield heard


@asynccontextmanager
async def open_queue(settings: Settings, queue: str) -> AsyncIterator[Heard]:
    """Копии того, что приходит в очередь; `ConfigError` — в неё публикуют мимо обменников или её нет."""
    sources = [Address(each.exchange, each.key) for each in layout_of(settings).bindings_of(queue)]
    if not sources:
        raise ConfigError(
            f"Копий очереди «{queue}» не получить: в неё публикуют прямо, без обменника, или она не наша.",
            remedy=f"посмотрите, что в ней лежит: exchanger queues peek {queue}.",
        )
    async with _session(settings, f"копии {queue}") as session:
        # Without the real queue a copy would be the only one: its publisher would take it for stored.
        if await session.state(queue) is None:
            raise ConfigError(f"Очереди «{queue}» в брокере нет.", remedy="создайте её: exchanger topology apply.")
        async with _open(session, sources) as heard:
            yield heard


@asynccontextmanager
async def _open(session: Session, sources: list[Address]) -> AsyncIterator[Heard]:
    heard = Heard()
    async with tapped(session, sources, heard.put) as heard.tap:
        yield heard


@asynccontextmanager
async def _session(settings: Settings, purpose: str) -> AsyncIterator[Session]:
    if not settings.broker.configured:
        raise ConfigError(
            "RabbitMQ не настроен: события шины в памяти слышны только её процессу.",
            remedy="задайте RABBITMQ_HOST (или RABBITMQ_URL); что было, расскажет журнал: exchanger trace.",
        )
    async with open_session(broker_connection(settings.broker), purpose) as session:
        yield session
