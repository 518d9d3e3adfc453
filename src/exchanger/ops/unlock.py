"""Отпереть названные задачи или дать им попытку: только по одной, с причиной; «всех сразу» нет нарочно."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from exchanger.bus.memory import MemoryBus
from exchanger.connect import Work
from exchanger.domain.errors import ExchangerError
from exchanger.domain.task import ExternalTask, Snapshot
from exchanger.journal.audit import Audit, Deed
from exchanger.ops.audit import audit_of
from exchanger.ops.redrive import ONE_ATTEMPT
from exchanger.ops.unlock_rules import Decision, Ours, Subject, retrying, unlocking
from exchanger.settings import Settings
from exchanger.telemetry.log import log
from exchanger.telemetry.redact import error_text
from exchanger.wiring import Exchanger, assemble


class Act(StrEnum):
    """Что делают с задачей."""

    UNLOCK = "unlock"
    RETRY = "retry"


@dataclass(frozen=True, slots=True)
class Planned:
    """Названная задача и решение о ней."""

    task_id: str
    decision: Decision


class NamedTasks:
    """Названные задачи перед оператором: движок и системы живьём, брокер не нужен."""

    def __init__(self, exchanger: Exchanger, audit: Audit, tenant: str | None) -> None:
        self._exchanger = exchanger
        self._audit = audit
        self._tenant = tenant

    async def plan(self, act: Act, task_ids: Sequence[str]) -> list[Planned]:
        """Что будет с каждой; ничего не меняет."""
        return [Planned(task_id, await self._decide(act, task_id)) for task_id in dict.fromkeys(task_ids)]

    async def perform(self, act: Act, task_id: str, reason: str) -> Decision:
        """Сделать, решив ещё раз: пока человек читал, задача могла измениться."""
        decision = await self._decide(act, task_id)
        if not decision.acts:
            return decision
        admin = self._exchanger.engine.admin
        with self._audit.deed(Deed(act.value, f"задача {task_id}", reason)) as verdict:
            if act is Act.UNLOCK:
                await admin.unlock(task_id)
            else:
                await admin.set_retries(task_id, ONE_ATTEMPT)
            verdict.text = decision.text
        return decision

    async def _decide(self, act: Act, task_id: str) -> Decision:
        task = await self._exchanger.engine.get(task_id)
        if task is None:
            return Decision(acts=False, text="такой внешней задачи в движке нет: завершена, отменена или id не тот")
        context = self._exchanger.context
        now = context.engine.now() or context.clock.now()
        ours = Ours(self._exchanger.engine.worker_id, self._tenant, context.locks, now)
        subject = await self._subject(task)
        return unlocking(subject, ours) if act is Act.UNLOCK else retrying(subject, ours)

    async def _subject(self, task: ExternalTask) -> Subject:
        for system in self._exchanger.systems:
            if task.topic in system.calls:
                return Subject(task, system.name, system.calls[task.topic].promise, ())
            if task.topic in system.works:
                return Subject(task, system.name, None, await self._objects(task, system.works[task.topic]))
        return Subject(task, "", None, None)

    async def _objects(self, task: ExternalTask, work: Work[Any]) -> tuple[Snapshot, ...] | None:
        installation = self._exchanger.context.installation
        try:
            return tuple(installation.objects(await work.find([installation.key(task.id)]), task.id))
        except ExchangerError as error:  # the rules say what may be done without knowing
            log.warning("система не ответила, есть ли объект", task=task.id, reason=error_text(error))
            return None


@asynccontextmanager
async def open_named(settings: Settings) -> AsyncIterator[NamedTasks]:
    """Задачи установки. Брокер не нужен: ничего не публикуется."""
    async with assemble(settings, bus=MemoryBus()) as exchanger:
        yield NamedTasks(exchanger, audit_of(settings), settings.engine.tenant_id)
