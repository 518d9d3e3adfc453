"""Остановить и отпустить систему знаками шины: службы видят их сами, на каком бы узле ни работали."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from exchanger.bus.memory_flags import LocalFlags
from exchanger.bus.rabbitmq.flags import BrokerFlags
from exchanger.bus.rabbitmq.session import open_session
from exchanger.domain.errors import ConfigError
from exchanger.journal.audit import Audit, Deed
from exchanger.ops.audit import audit_of
from exchanger.ops.pause_note import Note, read_note, write_note
from exchanger.ports import Address, NotedFlags
from exchanger.roles.pause import Scope, accept_flag, forget_flag, pause_flag, stop_flag
from exchanger.settings import Settings
from exchanger.wiring import broker_connection, flags_directory


@dataclass(frozen=True, slots=True)
class Standing:
    """Система: что остановлено, ждёт ли вахты приказ «принять пропавшее» и записка остановившего (None — её нет)."""

    system: str
    scope: Scope
    accepting: bool
    note: Note | None = None


class Switchboard:
    """Знаки систем этой установки."""

    def __init__(self, flags: NotedFlags, systems: tuple[str, ...], audit: Audit) -> None:
        self._flags = flags
        self._systems = systems
        self._audit = audit

    async def look(self) -> list[Standing]:
        """Каждая система установки."""
        return [await self._standing(name) for name in self._systems]

    async def pause(self, system: str, reason: str, *, everything: bool) -> None:
        """Остановить; `everything` — и ответы людей не передавать."""
        self._known(system)
        scope = Scope.ALL if everything else Scope.NEW
        with self._audit.deed(Deed("pause", f"система {system}", reason, {"scope": scope.name.lower()})) as verdict:
            note = Note(self._audit.who, datetime.now(UTC), reason)
            await self._flags.annotate(pause_flag(system), write_note(note))
            if everything:
                await self._flags.raise_flag(stop_flag(system))
            else:
                await self._flags.lower_flag(stop_flag(system))
            await self._flags.raise_flag(pause_flag(system))
            verdict.text = f"остановлена: {scope.value}"

    async def resume(self, system: str, reason: str, *, accept: bool) -> None:
        """Отпустить; `accept` — и принять пропавшее, которое держит тормоз."""
        self._known(system)
        with self._audit.deed(Deed("resume", f"система {system}", reason, {"accept": int(accept)})):
            if accept:
                await self._flags.raise_flag(accept_flag(system))
            await self._flags.lower_flag(pause_flag(system))
            await self._flags.lower_flag(stop_flag(system))

    async def forget(self, system: str, reason: str) -> None:
        """Забыть узнанное у системы: исполнит её действующая вахта."""
        self._known(system)
        with self._audit.deed(Deed("cache-clear", f"система {system}", reason)):
            await self._flags.raise_flag(forget_flag(system))

    async def _standing(self, system: str) -> Standing:
        scope = await self._scope(system)
        note = None if scope is Scope.NOTHING else read_note(await self._flags.note(pause_flag(system)))
        return Standing(system, scope, await self._accepting(system), note)

    async def _scope(self, system: str) -> Scope:
        if not await self._flags.is_raised(pause_flag(system)):
            return Scope.NOTHING
        return Scope.ALL if await self._flags.is_raised(stop_flag(system)) else Scope.NEW

    async def _accepting(self, system: str) -> bool:
        return await self._flags.is_raised(accept_flag(system))

    def _known(self, system: str) -> None:
        if system not in self._systems:
            raise ConfigError(
                f"Системы «{system}» в этой установке нет.", remedy=f"EXCHANGER_SYSTEMS: {', '.join(self._systems)}."
            )


@asynccontextmanager
async def open_switchboard(settings: Settings) -> AsyncIterator[Switchboard]:
    """Знаки установки: в брокере, без него — файлами рядом с вахтами; `Retry` — брокер не отвечает."""
    systems, audit = settings.installation.systems, audit_of(settings)
    if not settings.broker.configured:
        yield Switchboard(LocalFlags(flags_directory(settings)), systems, audit)
        return
    broker = broker_connection(settings.broker)
    async with open_session(broker, "приказы оператора") as session:
        flags = BrokerFlags(
            broker, lambda: session.connection, lambda queue, message: session.send(Address("", queue), message)
        )
        yield Switchboard(flags, systems, audit)
