"""Что общего у ролей одной установки."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from exchanger.domain.errors import OutcomeUnknown, Retry, SystemPaused
from exchanger.domain.event import Event, EventKind
from exchanger.domain.key import Key
from exchanger.domain.policy import Backoff, Locks, Retries
from exchanger.domain.task import ExternalTask, Snapshot
from exchanger.ports import Bus, Clock, Diagrams, Engine
from exchanger.telemetry.health import Health, Part
from exchanger.telemetry.log import log
from exchanger.wire.names import Names

OUTAGES = (Retry, OutcomeUnknown, SystemPaused)
"""Ошибки, которые проходят сами: часть установки лежит или занята."""

RECOVERY = Backoff(first=timedelta(seconds=0.5), factor=2.0, most=timedelta(seconds=15))
"""Паузы между попытками роли, когда часть установки лежит: возвращение замечают за секунды."""


@dataclass(frozen=True, slots=True)
class Installation:
    """Имя установки и движка: входят в ключ объекта."""

    name: str
    engine: str

    def key(self, task_id: str) -> Key:
        """Ключ первого поколения для внешней задачи."""
        return Key(self.name, self.engine, task_id)

    def owns(self, key: Key) -> bool:
        """Ключ поставлен этой установкой для этого движка."""
        return key.installation == self.name and key.engine == self.engine

    def objects(self, found: Iterable[Snapshot], task_id: str) -> list[Snapshot]:
        """Объекты этой задачи: поиск, который не знает нашего фильтра, отдаёт и чужие."""
        return [one for one in found if one.key is not None and one.key.first == self.key(task_id)]


@dataclass(frozen=True, slots=True)
class Context:
    """Порты и правила, с которыми работают роли."""

    installation: Installation
    engine: Engine
    diagrams: Diagrams
    bus: Bus
    clock: Clock
    health: Health
    locks: Locks = field(default_factory=Locks)
    retries: Retries = field(default_factory=Retries)
    names: Names = field(default_factory=Names)
    call_limit: timedelta = timedelta(minutes=1)
    listener: Callable[[Event], None] | None = None
    """Кто в этом процессе считает его события (метрики); через шину он слышал бы и чужие."""

    def emit(self, kind: EventKind, task: ExternalTask, system: str, **fields: str | float | bool | None) -> None:
        """Сообщить событие о задаче."""
        event = Event(kind, self.clock.now(), system, task.id, task.process_instance_id, fields)
        self.bus.emit(event)
        if self.listener is not None:
            self.listener(event)


async def forever(
    name: str,
    step: Callable[[], Awaitable[None]],
    context: Context,
    *,
    rest: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Повторять шаг роли без конца, отдыхая после удачного (`rest`): неудача даёт паузу, но никогда не конец.

    Ожидаемые ошибки говорят о своей части один раз; неожиданная записывается со стеком каждый раз.
    """
    part = context.health.part(name)
    failures = 0
    while True:
        try:
            await step()
        except Exception as error:  # noqa: BLE001 - a role's loop never ends; the failure is recorded
            pause = _record(name, _single(error), part, context) or RECOVERY.delay(failures)
        else:
            part.up(now=context.clock.now())
            failures = 0
            if rest is not None:
                await rest()
            continue
        failures += 1
        await context.clock.sleep(min(pause, RECOVERY.most).total_seconds())


def _record(name: str, error: Exception, part: Part, context: Context) -> timedelta | None:
    """Say what happened; the pause that the error itself asks for."""
    if isinstance(error, OUTAGES):
        part.down(str(error), now=context.clock.now())
        return getattr(error, "after", None)
    log.opt(exception=error).error("неожиданная ошибка роли, продолжаем", role=name)
    part.down(type(error).__name__, now=context.clock.now())
    return None


def _single(error: Exception) -> Exception:
    """The error of the one task of a group that failed."""
    while isinstance(error, ExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


async def until_cancelled() -> None:
    """Ждать, пока роль не остановят."""
    await asyncio.Event().wait()
