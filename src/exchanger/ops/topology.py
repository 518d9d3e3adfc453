"""Топология: что должно быть в брокере против того, что есть; создать недостающее."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from exchanger.bus.rabbitmq.declare import Declarations
from exchanger.bus.rabbitmq.inspection import Finding, Verdict, inspect, name_of
from exchanger.bus.rabbitmq.management import Management
from exchanger.bus.rabbitmq.session import Session, open_session
from exchanger.bus.topology import Binding, Topology
from exchanger.domain.errors import ConfigError
from exchanger.journal.audit import Audit, Deed
from exchanger.ops.audit import audit_of
from exchanger.ops.migration import Migration, Tell, temporary_of
from exchanger.settings import Settings
from exchanger.wiring import broker_connection, layout_of

_UNSEEN = "привязок не видно без HTTP API брокера: укажите --management; apply создаёт их в любом случае"


@dataclass(frozen=True, slots=True)
class BrokerDesk:
    """Брокер установки перед оператором."""

    session: Session
    layout: Topology
    audit: Audit

    async def look(self, management: str | None) -> list[Finding]:
        """Каждый объект топологии; с адресом HTTP API — и привязки, лишние у наших очередей тоже."""
        found = [*await inspect(self.session, self.layout), *await self._unfinished()]
        if management is None:
            return [*found, Finding("привязки", Verdict.UNKNOWN, _UNSEEN)]
        async with Management(management, self.session.broker) as api:
            return [*found, *self._bindings(await api.bindings())]

    async def apply(self, reason: str) -> list[Finding]:
        """Создать недостающее; что есть, не меняется. Возвращает, чего нет и после этого (обычно не хватило прав)."""
        before = await inspect(self.session, self.layout)
        missing = ", ".join(finding.object for finding in before if finding.verdict is Verdict.MISSING)
        with self.audit.deed(Deed("topology apply", missing or "привязки", reason)) as verdict:
            with self.session.spoken():
                await Declarations(self.layout, self.session.broker).all(self.session.connection)
            left = [one for one in await inspect(self.session, self.layout) if one.verdict is Verdict.MISSING]
            verdict.text = f"не создано: {', '.join(one.object for one in left)}" if left else "создано"
        return left

    async def migrate(self, queue: str, migration: Migration, reason: str, tell: Tell) -> None:
        """Переделать очередь."""
        with self.audit.deed(Deed("topology migrate", f"очередь {queue}", reason)):
            await migration.run(tell)

    async def _unfinished(self) -> list[Finding]:
        found = []
        for queue in self.layout.queues:
            state = await self.session.state(temporary_of(queue))
            if state is not None:
                note = f"переделка не закончена: повторите exchanger topology migrate {queue}"
                found.append(Finding(f"очередь {temporary_of(queue)}", Verdict.EXTRA, note, state))
        return found

    def _bindings(self, present: set[Binding]) -> Iterable[Finding]:
        wanted = set(self.layout.bindings)
        for binding in self.layout.bindings:
            yield Finding(name_of(binding), Verdict.SAME if binding in present else Verdict.MISSING)
        for binding in sorted(present - wanted, key=name_of):
            if binding.queue in self.layout.queues:
                yield Finding(name_of(binding), Verdict.EXTRA, "в топологии её нет; Exchanger привязок не удаляет")


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[BrokerDesk]:
    """Брокер установки; `ConfigError` — RabbitMQ не настроен, `Retry` — не отвечает."""
    if not settings.broker.configured:
        raise ConfigError(
            "RabbitMQ не настроен: у шины в памяти топология есть только в её процессе.",
            remedy="задайте RABBITMQ_HOST (или RABBITMQ_URL).",
        )
    async with open_session(broker_connection(settings.broker), "топология") as session:
        yield BrokerDesk(session, layout_of(settings), audit_of(settings))
