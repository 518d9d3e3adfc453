"""Очередь ошибок глазами оператора: посмотреть, повторить, убрать ровно отобранное."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from exchanger.bus.rabbitmq.pile import Held, pile
from exchanger.bus.rabbitmq.session import Session, open_session
from exchanger.domain.errors import ConfigError, Reject
from exchanger.engine.client import RestEngine
from exchanger.journal.audit import Audit, Deed
from exchanger.ops.audit import audit_of
from exchanger.ops.dead_letter import Entry, Selection, read_entry
from exchanger.ops.redrive import Decision, Redrive
from exchanger.settings import Settings
from exchanger.telemetry.clock import SystemClock
from exchanger.wire.names import Names
from exchanger.wiring import broker_connection, engine_connection, names_of

Tell = Callable[[Entry, str], None]
"""Рассказ о каждой отобранной записи: что с ней стало."""


@dataclass(frozen=True, slots=True)
class Planned:
    """Запись и что сделает с ней `redrive`."""

    entry: Entry
    decision: Decision


@dataclass(frozen=True, slots=True)
class Batch:
    """Поручение: какие записи (`only` — лишь эти, по `id`, сколько раз каждую), не больше скольких, почему."""

    selection: Selection
    limit: int
    reason: str
    only: Counter[str] | None = None

    @classmethod
    def exactly(cls, entries: Sequence[Entry], reason: str) -> Batch:
        """Ровно эти записи и никакие другие, даже если подходящие успели прибавиться."""
        return cls(Selection(), len(entries), reason, Counter(entry.id for entry in entries))


class DeadLetters:
    """Одна очередь ошибок. Каждый метод — один проход: лишние возвраты изнашивают чужую кворумную очередь."""

    def __init__(self, queue: str, session: Session, names: Names, redrive: Redrive, audit: Audit) -> None:
        self.queue = queue
        self._session = session
        self._names = names
        self._redrive = redrive
        self._audit = audit

    async def look(self, selection: Selection, limit: int) -> list[Entry]:
        """Отобранные записи, без тел."""
        found: list[Entry] = []

        async def note(entry: Entry, _: Held) -> None:
            found.append(entry.without_body())

        await self._walk(Batch(selection, limit, ""), note)
        return found

    async def plan(self, selection: Selection, limit: int) -> list[Planned]:
        """Отобранные записи и что сделает с каждой `redrive`."""
        found: list[Planned] = []

        async def judge(entry: Entry, _: Held) -> None:
            found.append(Planned(entry.without_body(), await self._redrive.decide(entry)))

        await self._walk(Batch(selection, limit, ""), judge)
        return found

    async def show(self, number: str) -> tuple[Planned, bytes] | None:
        """Одна запись целиком, с телом; None — такой нет."""
        found: list[tuple[Planned, bytes]] = []

        async def take(entry: Entry, held: Held) -> None:
            found.append((Planned(entry, await self._redrive.decide(entry)), held.delivery.message.body))

        await self._walk(Batch(Selection(ids=frozenset({number})), 1, ""), take)
        return found[0] if found else None

    async def redrive(self, batch: Batch, tell: Tell) -> None:
        """Повторить отобранное; чего повторить нельзя, остаётся на месте."""

        async def again(entry: Entry, held: Held) -> None:
            decision = await self._redrive.decide(entry)
            if not decision.acts:
                tell(entry, f"оставлено: {decision.why}")
                return
            with self._audit.deed(self._deed("dlq redrive", entry, batch.reason)) as verdict:
                await self._redrive.carry_out(entry, held, decision)
                verdict.text = decision.remedy
            tell(entry, decision.remedy)

        await self._walk(batch, again, tell)

    async def drop(self, batch: Batch, tell: Tell) -> None:
        """Убрать отобранное навсегда."""

        async def away(entry: Entry, held: Held) -> None:
            with self._audit.deed(self._deed("dlq drop", entry, batch.reason)):
                await held.remove()
            tell(entry, "убрано")

        await self._walk(batch, away, tell)

    async def _walk(
        self, batch: Batch, act: Callable[[Entry, Held], Awaitable[None]], tell: Tell | None = None
    ) -> None:
        left, taken = None if batch.only is None else Counter(batch.only), 0
        async with pile(self._session, self.queue) as letters:
            async for held in letters:
                entry = read_entry(held.delivery, self._names.responses_queue)
                if not batch.selection.takes(entry) or (left is not None and not left[entry.id]):
                    continue
                if left is not None:
                    left[entry.id] -= 1
                await _act(act, entry, held, tell)
                taken += 1
                if taken >= batch.limit:
                    return

    def _deed(self, what: str, entry: Entry, reason: str) -> Deed:
        record = entry.record
        details = {
            "entry": entry.id, "kind": record.kind, "system": entry.system, "topic": entry.topic,
            "source_queue": record.source_queue,
        }  # fmt: skip
        return Deed(what, f"{self.queue}: задача {record.task_id or 'неизвестна'}", reason, details)


async def _act(act: Callable[[Entry, Held], Awaitable[None]], entry: Entry, held: Held, tell: Tell | None) -> None:
    try:
        await act(entry, held)
    except Reject as error:  # about this one entry; an outage ends the pass, and everything left returns
        if tell is None:
            raise
        tell(entry, f"оставлено: {error}")


@asynccontextmanager
async def open_dead_letters(settings: Settings, queue: str) -> AsyncIterator[DeadLetters]:
    """Очередь ошибок установки; `ConfigError` — RabbitMQ не настроен, `Retry` — не отвечает."""
    if not settings.broker.configured:
        raise ConfigError(
            "RabbitMQ не настроен: у шины в памяти очередь ошибок видна только её процессу и исчезает вместе с ним.",
            remedy="задайте RABBITMQ_HOST (или RABBITMQ_URL); инциденты видны и без него: exchanger incidents list.",
        )
    names = names_of(settings.broker)
    async with (
        open_session(broker_connection(settings.broker), "очередь ошибок") as session,
        RestEngine(engine_connection(settings.engine), SystemClock()) as engine,
    ):
        redrive = Redrive(engine, session, names, settings.engine.tenant_id)
        yield DeadLetters(queue, session, names, redrive, audit_of(settings))
