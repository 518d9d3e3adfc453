"""Что из топологии есть в брокере и чем отличается; ничего не меняет.

Существование — пассивное объявление: оно не требует прав и ничего не сравнивает. Отличие — обычное объявление того, что
есть: брокер сравнивает и отказывает своими словами, которые только показываются. Привязок AMQP не показывает.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from aio_pika.abc import AbstractChannel
from aiormq.exceptions import (
    ChannelAccessRefused,
    ChannelLockedResource,
    ChannelNotFoundEntity,
    ChannelPreconditionFailed,
)

from exchanger.bus.rabbitmq.declare import exchange_arguments, queue_arguments
from exchanger.bus.rabbitmq.faults import broker_words
from exchanger.bus.rabbitmq.session import QueueState, Session
from exchanger.bus.rabbitmq.within import within
from exchanger.bus.topology import Binding, Exchange, Topology

Ask = Callable[[AbstractChannel], Awaitable[object]]


class Verdict(StrEnum):
    """Каков объект."""

    SAME = "как ожидалось"
    DIFFERS = "отличается"
    MISSING = "нет"
    EXTRA = "лишняя"
    UNKNOWN = "не проверено"


@dataclass(frozen=True, slots=True)
class Finding:
    """Объект брокера: каков и что о нём сказал брокер; `state` — только у очереди, которая есть."""

    object: str
    verdict: Verdict
    note: str = ""
    state: QueueState | None = None

    @property
    def is_fine(self) -> bool:
        """Делать с ним нечего или о нём ничего не известно."""
        return self.verdict in {Verdict.SAME, Verdict.UNKNOWN}


async def inspect(session: Session, layout: Topology) -> list[Finding]:
    """Обменники и очереди топологии по порядку."""
    found = [await inspect_exchange(session, exchange) for exchange in layout.exchanges.values()]
    return found + [await inspect_queue(session, name) for name in layout.queues]


async def inspect_exchange(session: Session, exchange: Exchange) -> Finding:
    """Обменник."""
    name = f"обменник {exchange.name}"
    try:
        await _ask(session, lambda channel: channel.declare_exchange(exchange.name, exchange.kind, passive=True))
    except ChannelNotFoundEntity:
        return Finding(name, Verdict.MISSING)
    arguments = exchange_arguments(exchange)
    verdict, note = await _compare(
        session,
        lambda channel: channel.declare_exchange(exchange.name, exchange.kind, durable=True, arguments=arguments),
    )
    return Finding(name, verdict, note)


async def inspect_queue(session: Session, queue: str) -> Finding:
    """Очередь с аргументами по настройке RABBITMQ_QUEUE_TYPE."""
    name, state = f"очередь {queue}", await session.state(queue)
    if state is None:
        return Finding(name, Verdict.MISSING)
    arguments = queue_arguments(session.broker)
    verdict, note = await _compare(
        session, lambda channel: channel.declare_queue(queue, durable=True, arguments=arguments)
    )
    return Finding(name, verdict, note, state)


def name_of(binding: Binding) -> str:
    """Имя привязки для людей."""
    return f"привязка {binding.exchange} → {binding.queue} ({binding.key or '—'})"


async def _compare(session: Session, question: Ask) -> tuple[Verdict, str]:
    try:
        await _ask(session, question)
    except (ChannelPreconditionFailed, ChannelLockedResource) as refusal:
        return Verdict.DIFFERS, broker_words(refusal)
    except ChannelAccessRefused as refusal:
        return Verdict.UNKNOWN, f"есть, но сравнить нельзя: {broker_words(refusal)}"
    return Verdict.SAME, ""


async def _ask(session: Session, question: Ask) -> None:
    async with session.channel() as channel:
        await within(session.broker.reply_timeout, question(channel))
