"""Обход задач при переезде: решить о каждой, исполнить решённое. Память не растёт с числом задач."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from exchanger.domain.errors import ExchangerError, LockedByOther, Retry
from exchanger.domain.task import ExternalTask
from exchanger.engine.client import RestEngine
from exchanger.journal.audit import Deed
from exchanger.ops.moving.case import Case, Judged, Step, Verdict, same_state
from exchanger.ops.moving.ground import Ground
from exchanger.ops.moving.traces import Browser, Traces
from exchanger.ports import Clock
from exchanger.roles.context import OUTAGES
from exchanger.telemetry.log import log

Seen = Callable[[int], None]
"""Ход работы: сколько задач просмотрено."""


class Direction(Protocol):
    """Приём или передача: чьи задачи обходят, как решают и что делают."""

    name: str
    """Команда: так она названа в записи действий."""

    @property
    def holder(self) -> RestEngine:
        """Движок от имени того, чьи задачи обходят."""
        ...

    def judge(self, case: Case, now: datetime) -> Verdict:
        """Решить о задаче."""
        ...

    async def step(self, case: Case, step: Step) -> None:
        """Исполнить шаг."""
        ...


class Walk:
    """Обход одного направления."""

    def __init__(self, ground: Ground, clock: Clock, seen: Seen, direction: Direction) -> None:
        self._ground = ground
        self._clock = clock
        self._seen = seen
        self._direction = direction
        self._started = clock.monotonic()
        self.traces = Traces()

    async def browse(self) -> None:
        """Просмотреть очереди."""
        self.traces = await Browser(self._ground.session, self._ground.names).look(self._ground.systems)

    async def plan(self) -> AsyncIterator[Judged]:
        """Решение о каждой задаче; ничего не меняет."""
        await self.browse()
        count = 0
        async for page in self._ground.held(self._direction.holder):
            for judged in await self._judged(page):
                yield judged
            count += len(page)
            self._seen(count)

    async def carried_out(self, judged: Judged, reason: str) -> Judged:
        """Исполнить решение; неудача одной задачи не останавливает прочих, перебой бросается."""
        if judged.verdict.step is Step.LEAVE:
            return judged
        try:
            return replace(judged, done=await self._act(judged, reason))
        except OUTAGES:
            raise
        except LockedByOther as error:
            return replace(judged, done=f"не сделано: задачу успел взять {error.worker or 'другой'}")
        except ExchangerError as error:
            log.warning("задача пропущена", command=self._direction.name, task=judged.case.task.id, reason=str(error))
            return replace(judged, done=f"не сделано: {error}")

    async def quarantine(self) -> None:
        """Выждать карантин систем от начала: запрос, начатый до остановки служб, мог опоздать."""
        span = max((system.quarantine for system in self._ground.systems.values()), default=timedelta())
        left = span.total_seconds() - (self._clock.monotonic() - self._started)
        if left > 0:
            log.info("ждём карантин", command=self._direction.name, seconds=round(left))
            await self._clock.sleep(left)

    async def _judged(self, page: Sequence[ExternalTask]) -> list[Judged]:
        objects = await self._ground.objects(page, self.traces)
        now = self._direction.holder.now()
        if now is None:
            raise Retry("Движок не сообщает время: нет заголовка Date.")
        cases = [
            Case(
                task,
                self._ground.by_topic[task.topic].name,
                objects.of(task.id),
                self.traces.of(task.id),
                objects.unknown.get(task.id, ""),
            )
            for task in page
        ]
        return [Judged(case, self._direction.judge(case, now)) for case in cases]

    async def _act(self, judged: Judged, reason: str) -> str:
        """The task is read again: what was judged must still be so."""
        case, name = judged.case, self._direction.name
        current = await self._ground.ours.get(case.task.id)
        if current is None:
            return "не понадобилось: задачи в движке уже нет"
        if not same_state(current, case.task):
            return f"не сделано: задача сменила состояние, повторите {name}"
        details = {
            "finding": judged.verdict.finding,
            "topic": case.task.topic,
            "instance": case.task.process_instance_id,
        }
        with self._ground.audit.deed(Deed(name, f"задача {case.task.id}", reason, details)) as verdict:
            await self._direction.step(case, judged.verdict.step)
            verdict.text = f"сделано: {judged.verdict.step}"
        return verdict.text
