"""Отменённая задача: что сделать с её открытым объектом. Закрыть и удалить — только доказав отмену ещё раз."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from types import MappingProxyType
from typing import Any

from exchanger.connect import Ending, Notice, OpenSystem, Side, Work
from exchanger.domain.errors import Reject
from exchanger.domain.event import EventKind
from exchanger.domain.policy import CancelPolicy
from exchanger.domain.reconcile import Cancel
from exchanger.domain.task import ExternalTask, Fate, ObjectState, Snapshot
from exchanger.roles.context import Context
from exchanger.telemetry.log import log

Tell = Callable[[Sequence[Snapshot], Notice], Awaitable[None]]

_ENDINGS = MappingProxyType({CancelPolicy.CLOSE: Ending.CLOSE, CancelPolicy.DELETE: Ending.DELETE})


class Cancellation:
    """Правило отмены одной системы."""

    def __init__(self, context: Context, system: OpenSystem) -> None:
        self._context = context
        self._system = system

    async def carry_out(self, task: ExternalTask, action: Cancel, tell: Tell) -> None:
        """Поступить с объектами по правилу; чего система не даёт, заменяет комментарий."""
        if action.policy is CancelPolicy.LEAVE:
            return
        left = list(action.objects)
        if (how := _ENDINGS.get(action.policy)) is not None:
            left = [found for found in action.objects if not await self._ended(task, found, how)]
        await tell(left, Notice.CANCELLED)

    async def _ended(self, task: ExternalTask, found: Snapshot, how: Ending) -> bool:
        """True - nothing more is to be done with this object."""
        work: Work[Any] = self._system.works[task.topic]
        if not await self._is_still_cancelled(task):
            log.warning("отмена не подтвердилась, объект не тронут", task=task.id, object=found.ref.id)
            return True
        with self._system.circuit.asking(Side.WATCH):
            if not await self._is_still_open(work, task, found):
                return True
            try:
                done = await work.end(found.ref, how)
            except Reject as error:
                log.warning("объект отменённой задачи не закончен", object=found.ref.id, reason=str(error))
                return False
        if done:
            self._context.emit(
                EventKind.NOTICE, task, self._system.name, object=found.ref.id, notice=f"cancelled: {how.value}"
            )
            log.info("объект отменённой задачи закончен", task=task.id, object=found.ref.id, how=how.value)
        return done

    async def _is_still_cancelled(self, task: ExternalTask) -> bool:
        if await self._context.engine.get(task.id) is not None:
            return False
        return await self._context.engine.fate(task) is Fate.CANCELLED

    async def _is_still_open(self, work: Work[Any], task: ExternalTask, found: Snapshot) -> bool:
        """The object bears the key of this very task; one that a predecessor made without a key is never ended."""
        seen = self._context.installation.objects(await work.read([found.ref]), task.id)
        return any(one.state is ObjectState.OPEN for one in seen)
