"""Responder: передаёт исходы движку. Исходы одного экземпляра идут по одному: иначе они сами мешают друг другу."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

from exchanger.domain.errors import (
    DatabaseRefused,
    LockedByOther,
    NextStepRefused,
    Reject,
    Retry,
    Suspended,
)
from exchanger.domain.event import EventKind
from exchanger.domain.outcome import Completed, Failure, Refused, Settlement
from exchanger.domain.task import ExternalTask
from exchanger.ports import Delivery
from exchanger.roles.context import OUTAGES, RECOVERY, Context, forever
from exchanger.roles.serial import Serial
from exchanger.telemetry.log import log
from exchanger.wire import Ignored, Response, decode_response, final_failure
from exchanger.wire.names import ERRORS

_CONFLICTS = 6
_REFUSALS = 3
_DATABASE_PATIENCE = 30.0  # seconds; each refusal may itself have waited for a lock of the database
AT_ONCE = 32


class Responder:
    """Потребитель очереди ответов."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._serial = Serial()
        self._part = context.health.part("responder")
        self._away = asyncio.Event()
        self._witness = ""

    async def run(self) -> None:
        """Передавать исходы, пока не остановят."""
        await forever("responder", self._serve, self._context)

    async def _serve(self) -> None:
        """While the engine is away nothing is consumed: returned again and again, a broker would drop the answers."""
        self._away.clear()
        async with self._context.bus.consume(self._context.names.responses_queue, self.handle, at_once=AT_ONCE):
            self._part.up(now=self._context.clock.now())
            await self._away.wait()
        failures = 0
        while not await self._answers(self._witness):
            await self._context.clock.sleep(RECOVERY.delay(failures).total_seconds())
            failures += 1

    async def _answers(self, task_id: str) -> bool:
        """Whether the engine can be asked about a task."""
        try:
            await self._context.engine.get(task_id)
        except OUTAGES as error:
            self._part.down(str(error), now=self._context.clock.now())
            return False
        return True

    async def handle(self, delivery: Delivery) -> None:
        """Передать один исход. Исключение возвращает сообщение в очередь: исход не теряется."""
        response = decode_response(delivery.message.body)
        if isinstance(response, Ignored):
            log.info("ответ не требует действия", reason=response.reason)
            return
        with log.contextualize(task=response.task.id, instance=response.task.process_instance_id):
            async with self._serial.turn(response.task.process_instance_id or response.task.id):
                try:
                    await self._answer(response, delivery)
                except OUTAGES:
                    if not await self._answers(response.task.id):
                        self._witness = response.task.id
                        self._away.set()
                    raise

    async def _answer(self, response: Response, delivery: Delivery) -> None:
        settlement = await self._settlement(response)
        if settlement is None:
            return
        try:
            if isinstance(settlement, Failure) and settlement.retries == 0:
                await self._copy(response, delivery, settlement.message)
            accepted = await self._settle(response.task, settlement)
        except Suspended:
            log.info("процесс приостановлен, исход повторит наблюдатель")
            return
        except LockedByOther as error:
            log.error("задачу держит другой работник, исход не передан", worker=error.worker)
            return
        except (NextStepRefused, Reject) as error:
            await self._incident(response, delivery, str(error))
            return
        kind = EventKind.INCIDENT if isinstance(settlement, Failure) and not settlement.retries else EventKind.SETTLED
        self._context.emit(
            kind, response.task, response.order.system, outcome=type(settlement).__name__, accepted=accepted
        )
        log.info("исход передан движку" if accepted else "задачи в движке уже нет", outcome=type(settlement).__name__)

    async def _settlement(self, response: Response) -> Settlement | None:
        """What to tell the engine; None when the answer is out of date."""
        outcome = response.outcome
        if isinstance(outcome, Completed):
            return outcome
        current = await self._context.engine.get(response.task.id)
        if current is None:
            log.info("задачи в движке уже нет")
            return None
        if self._is_stale(response, current):
            log.info("исход устарел: задача с тех пор сменила состояние")
            return None
        if isinstance(outcome, Refused):
            return await self._refusal(current, outcome)
        return self._context.retries.failure(outcome, current.retries)

    def _is_stale(self, response: Response, current: ExternalTask) -> bool:
        """A failure or a refusal that was overtaken: counted already, retried by a person, or made meanwhile."""
        if not response.task.process_definition_id:  # a foreign system's direct answer says only which task it is about
            return False
        if current.retries != response.task.retries:
            return True
        now = self._context.engine.now()
        creating = response.ref is None
        if not creating or now is None or current.locked_until is None:
            return False
        return current.locked_until > now + self._context.locks.made_beyond

    async def _refusal(self, task: ExternalTask, refused: Refused) -> Settlement:
        """A BPMN error only where the diagram catches it: the engine would silently end the branch otherwise."""
        metadata = await self._context.diagrams.metadata(task.process_definition_id, task.activity_id)
        if metadata.catches & {refused.code, "*"}:
            return refused
        return Failure(f"{refused.message} Диаграмма не ловит ошибку {refused.code}.", "", 0)

    async def _settle(self, task: ExternalTask, settlement: Settlement) -> bool:
        try:
            return await self._in_place(lambda: self._context.engine.settle(task, settlement))
        except LockedByOther as error:
            if error.worker is not None:
                raise
        if not await self._context.engine.hold(task, self._context.locks.lease):
            return False
        return await self._in_place(lambda: self._context.engine.settle(task, settlement))

    async def _in_place(self, action: Callable[[], Awaitable[bool]]) -> bool:
        """Conflicts of concurrent branches are repeated here and now, a refusal of the next step a few times."""
        conflicts = refusals = 0
        patient_until = self._context.clock.monotonic() + _DATABASE_PATIENCE
        while True:
            try:
                return await action()
            except Retry:
                conflicts += 1
                if conflicts >= _CONFLICTS:
                    raise
                await self._pause(0.05 * 2**conflicts)
            except NextStepRefused as error:
                refusals += 1
                waits = isinstance(error, DatabaseRefused) and self._context.clock.monotonic() < patient_until
                if refusals >= _REFUSALS and not waits:
                    raise
                await self._pause(float(refusals))

    async def _pause(self, seconds: float) -> None:
        await self._context.clock.sleep(seconds * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret

    async def _incident(self, response: Response, delivery: Delivery, reason: str) -> None:
        """The engine refuses this outcome for good: an incident with its own message, and a copy for people."""
        log.error("движок не принял исход, инцидент", reason=reason)
        await self._copy(response, delivery, reason, kind="camunda_refused")
        try:
            await self._settle(response.task, Failure(reason, reason, 0, timedelta()))
        except (Suspended, LockedByOther, NextStepRefused, Reject) as error:
            log.error("инцидент не поставлен, исход повторит наблюдатель", reason=str(error))
            return
        self._context.emit(EventKind.INCIDENT, response.task, response.order.system, reason=reason[:200])

    async def _copy(
        self, response: Response, delivery: Delivery, cause: str, *, kind: str = "RETRY_LIMIT_EXCEEDED"
    ) -> None:
        """A copy of every final failure, with its cause; before the engine is told, a crash must not lose it."""
        queue, at = response.queue or delivery.queue, self._context.clock.now()
        copy = final_failure(response.order, cause=cause, source_queue=queue, at=at, kind=kind)
        await self._context.bus.publish(ERRORS, copy)
