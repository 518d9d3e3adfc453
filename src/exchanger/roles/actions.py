"""Выполнение действий сверки. Перед необратимым задачу читают в движке ещё раз."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from exchanger.connect import Notice, OpenSystem, Side, Work
from exchanger.domain.errors import LockedByOther, Reject
from exchanger.domain.event import EventKind
from exchanger.domain.outcome import Failed, Outcome, Refused
from exchanger.domain.reconcile import (
    Action,
    Answer,
    Cancel,
    Deleted,
    EngineSays,
    NoteMissing,
    TellReopened,
    TellUnproved,
    Watch,
    engine_says,
)
from exchanger.domain.task import ObjectRef, Order, Snapshot
from exchanger.roles.cancellation import Cancellation
from exchanger.roles.context import Context
from exchanger.roles.index import Recent, Watched
from exchanger.roles.serial import Serial
from exchanger.telemetry.log import log
from exchanger.wire import Response, encode_response


class Actions:
    """Действия сверки одной системы.

    `settling` — очередь по задаче: запись в исполнение и отправка исхода не идут рядом.
    """

    def __init__(self, context: Context, system: OpenSystem) -> None:
        self._context = context
        self._system = system
        self._cancellation = Cancellation(context, system)
        self.settling = Serial()
        self._told: Recent[tuple[str, Notice], bool] = Recent()

    async def act(self, watched: Watched, action: Action) -> None:
        """Выполнить одно действие."""
        work = self._system.works[watched.task.topic]
        if isinstance(action, Answer):
            await self._answer(watched, work, action.found)
        elif isinstance(action, Watch):
            await self._watch(watched, work, action)
        elif isinstance(action, NoteMissing):
            watched.missing_since = watched.missing_since or self._context.clock.monotonic()
        elif isinstance(action, Deleted):
            await self._deleted(watched)
        elif isinstance(action, Cancel):
            tell = partial(self._tell, watched, work)
            await self._cancellation.carry_out(watched.task, action, tell)
        elif isinstance(action, TellReopened):
            await self._tell(watched, work, action.objects, Notice.REOPENED)
        elif isinstance(action, TellUnproved):
            await self._tell(watched, work, action.objects, Notice.UNPROVED)

    async def _answer(self, watched: Watched, work: Work[Any], found: Snapshot) -> None:
        metadata = await self._context.diagrams.metadata(watched.task.process_definition_id, watched.task.activity_id)
        with self._system.circuit.asking(Side.WATCH):
            outcome = await work.answer(found, watched.task, metadata)
        await self._respond(watched, outcome, found.ref.id)

    async def _respond(self, watched: Watched, outcome: Outcome, object_id: str) -> None:
        async with self.settling.turn(watched.task.id):
            now = self._context.clock.now()
            ref = watched.ref or ObjectRef(self._system.name, object_id or "?")
            response = Response(Order(watched.task, self._system.name), outcome, at=now, ref=ref)
            await self._context.bus.publish(self._context.names.responses_address, encode_response(response, now=now))
            watched.answered += 1
            watched.answered_at = self._context.clock.monotonic()
        kind = type(outcome).__name__
        self._context.emit(EventKind.ANSWERED, watched.task, self._system.name, outcome=kind, object=object_id)
        log.info("исход объекта отправлен", task=watched.task.id, object=object_id, outcome=kind)

    async def _watch(self, watched: Watched, work: Work[Any], action: Watch) -> None:
        watched.missing_since = None
        if action.renew:
            await self.mark(watched)
        await self._tell(watched, work, action.twins, Notice.TWIN)
        if action.overdue is not None:
            await self._overdue(watched, action.overdue)

    async def _overdue(self, watched: Watched, found: Snapshot) -> None:
        """The deadline has passed: only a diagram that asks for it by name hears of it."""
        code = self._system.codes.overdue
        if await self._catches(watched, code):
            reason = f"Срок объекта {found.ref.id} в {self._system.name} прошёл: {found.ref.link or found.ref.id}"
            await self._respond(watched, Refused(code, reason), found.ref.id)

    async def _catches(self, watched: Watched, code: str) -> bool:
        """By name: a catch-all event is about refusals, it must not swallow what a person has to look at."""
        if not code:
            return False
        task = watched.task
        metadata = await self._context.diagrams.metadata(task.process_definition_id, task.activity_id)
        return code in metadata.catches

    async def mark(self, watched: Watched) -> bool:
        """Поставить или продлить знак «выдано»; False — задачи уже нет или её держит другой."""
        locks, task = self._context.locks, watched.task
        try:
            alive = await self._context.engine.hold(task, locks.long)
        except LockedByOther as error:
            log.error("задачу держит другой работник, наша ли она?", task=task.id, worker=error.worker)
            return False
        now = self._context.engine.now()
        if alive and now is not None:
            watched.task = replace(task, locked_until=now + locks.long, worker_id=self._context.engine.worker_id)
        return alive

    async def _deleted(self, watched: Watched) -> None:
        current = await self._context.engine.get(watched.task.id)
        now = self._context.engine.now()
        if engine_says(current, None, now=now, locks=self._context.locks) is not EngineSays.MADE:
            return
        where = f" ({watched.ref.link or watched.ref.id})" if watched.ref else ""
        code, object_id = self._system.codes.deleted, watched.ref.id if watched.ref else ""
        if await self._catches(watched, code):
            lost = f"Объект задачи в {self._system.name}{where} удалён или скрыт от Exchanger."
            await self._respond(watched, Refused(code, lost), object_id)
            return
        reason = (
            f"Объект задачи в {self._system.name}{where} удалён или скрыт от Exchanger. "
            "Что делать: восстановите его или повторите инцидент, и задача будет создана заново."
        )
        await self._respond(watched, Failed(reason), object_id)

    async def _tell(self, watched: Watched, work: Work[Any], objects: Sequence[Snapshot], notice: Notice) -> None:
        for found in objects:
            if (found.ref.id, notice) in self._told:
                continue
            try:
                with self._system.circuit.asking(Side.WATCH):
                    await work.tell(found.ref, notice)
            except Reject as error:
                log.warning("сообщение в объекте не оставлено", object=found.ref.id, reason=str(error))
            self._told.put((found.ref.id, notice), value=True)
            self._context.emit(
                EventKind.NOTICE, watched.task, self._system.name, object=found.ref.id, notice=notice.value
            )
            log.info("в объекте оставлено сообщение", task=watched.task.id, object=found.ref.id, notice=notice.value)
