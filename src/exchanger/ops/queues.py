"""Очереди установки: сколько сообщений ждёт и кто их потребляет. Пассивные объявления ничего не меняют."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.bus.rabbitmq.session import open_session
from exchanger.bus.topology import Topology
from exchanger.domain.errors import ConfigError
from exchanger.settings import Settings
from exchanger.wire.names import ERRORS_QUEUE, OLD_DEAD_LETTERS, queue_of, sent_queue_of
from exchanger.wiring import broker_connection, layout_of


@dataclass(frozen=True, slots=True)
class QueueLine:
    """Очередь: сообщений и потребителей (None — очереди нет), и чем это плохо («» — ничем)."""

    name: str
    messages: int | None
    consumers: int | None
    remark: str


async def look(settings: Settings) -> list[QueueLine]:
    """Каждая очередь топологии и очередь ошибок прежней системы; `Retry` — брокер не отвечает."""
    if not settings.broker.configured:
        raise ConfigError(
            "RabbitMQ не настроен: очереди шины в памяти видны только её процессу.",
            remedy="задайте RABBITMQ_HOST (или RABBITMQ_URL).",
        )
    layout, consumed = layout_of(settings), consumed_queues(settings)
    async with open_session(broker_connection(settings.broker), "обзор очередей") as session:
        found = []
        for name in names(layout):
            state = await session.state(name)
            messages, consumers = (None, None) if state is None else (state.messages, state.consumers)
            found.append(QueueLine(name, messages, consumers, remark(name, messages, consumers, consumed)))
    return [line for line in found if line.name in layout.queues or line.messages is not None]


def names(layout: Topology) -> tuple[str, ...]:
    """Очереди, о которых спрашивают."""
    return (*layout.queues, OLD_DEAD_LETTERS)


def consumed_queues(settings: Settings) -> frozenset[str]:
    """Очереди, у которых при работающих службах есть потребитель."""
    own = {queue for system in settings.installation.systems for queue in (queue_of(system), sent_queue_of(system))}
    return frozenset({*own, settings.broker.responses_queue})


def remark(name: str, messages: int | None, consumers: int | None, consumed: frozenset[str]) -> str:
    """Чем плоха очередь в таком состоянии."""
    if messages is None:
        return "очереди нет: exchanger topology apply" if name != OLD_DEAD_LETTERS else ""
    if name in {ERRORS_QUEUE, OLD_DEAD_LETTERS}:
        return "разберите: exchanger dlq list" if messages else ""
    if name in consumed:
        return "" if consumers else "никто не потребляет: работают ли службы?"
    return "система в этой установке не обслуживается (EXCHANGER_SYSTEMS)" if messages else ""
