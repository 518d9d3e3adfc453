"""Приём дел у прежней системы: план и исполнение. Исполнение можно прервать и повторить в любом месте."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from exchanger.domain.errors import ExchangerError, LockedByOther, Retry
from exchanger.domain.task import ExternalTask
from exchanger.journal.audit import Deed
from exchanger.ops.moving.ground import Ground
from exchanger.ops.moving.traces import Browser, Traces
from exchanger.ops.moving.verdict import Case, Step, Verdict, judge
from exchanger.ports import Clock
from exchanger.roles.context import OUTAGES
from exchanger.telemetry.log import log


@dataclass(frozen=True, slots=True)
class Judged:
    """Задача, решение о ней и что сделано («» — ничего не делали)."""

    case: Case
    verdict: Verdict
    done: str = ""


Seen = Callable[[int], None]
"""Ход работы: сколько задач просмотрено."""


class Takeover:
    """Приём задач, запертых прежним работником. Память не растёт с числом задач: страница за страницей."""

    def __init__(self, ground: Ground, clock: Clock, seen: Seen) -> None:
        self._ground = ground
        self._clock = clock
        self._seen = seen
        self._traces = Traces()

    async def plan(self) -> AsyncIterator[Judged]:
        """Решение о каждой задаче; ничего не меняет."""
        traces = await self._browse()
        count = 0
        async for page in self._ground.held(self._ground.old):
            for judged in await self._judged(page, traces):
                yield judged
            count += len(page)
            self._seen(count)

    async def apply(self, reason: str) -> AsyncIterator[Judged]:
        """Исполнить. Отпирание — вторым проходом, через карантин: запрос, начатый прежней системой, мог опоздать."""
        started, waiting = self._clock.monotonic(), 0
        async for judged in self.plan():
            if judged.verdict.step is Step.RELEASE:
                waiting += 1
            else:
                yield await self._carried_out(judged, reason)
        if not waiting:
            return
        await self._quarantine(started, waiting)
        async for judged in self.plan():
            if judged.verdict.step is Step.RELEASE:
                yield await self._carried_out(judged, reason)

    @property
    def unread(self) -> dict[str, int]:
        """Сколько сообщений в каких очередях не прочитать."""
        return dict(self._traces.unread)

    async def _browse(self) -> Traces:
        self._traces = await Browser(self._ground.session, self._ground.names).look(self._ground.systems)
        return self._traces

    async def _judged(self, page: Sequence[ExternalTask], traces: Traces) -> list[Judged]:
        ground = self._ground
        objects = await ground.objects(page, traces)
        now = ground.old.now()
        if now is None:
            raise Retry("Движок не сообщает время: нет заголовка Date.")
        judged = []
        for task in page:
            why = objects.unknown.get(task.id, "")
            case = Case(task, ground.by_topic[task.topic].name, objects.of(task.id), traces.of(task.id), why)
            judged.append(Judged(case, judge(case, moves=ground.moves, now=now, locks=ground.locks)))
        return judged

    async def _quarantine(self, started: float, waiting: int) -> None:
        span = max(system.quarantine for system in self._ground.systems.values())
        left = span - timedelta(seconds=self._clock.monotonic() - started)
        if left > timedelta():
            log.info("ждём карантин перед отпиранием", seconds=round(left.total_seconds()), tasks=waiting)
            await self._clock.sleep(left.total_seconds())

    async def _carried_out(self, judged: Judged, reason: str) -> Judged:
        if judged.verdict.step is Step.LEAVE:
            return judged
        task = judged.case.task
        try:
            return replace(judged, done=await self._act(judged, reason))
        except OUTAGES:
            raise
        except LockedByOther as error:
            return replace(judged, done=f"не сделано: задачу успел взять {error.worker or 'другой'}")
        except ExchangerError as error:  # about this one task; the next ones have nothing to do with it
            log.warning("задача не принята", task=task.id, reason=str(error))
            return replace(judged, done=f"не сделано: {error}")

    async def _act(self, judged: Judged, reason: str) -> str:
        """The task is read again: what was judged must still be so."""
        task, ground = judged.case.task, self._ground
        current = await ground.ours.get(task.id)
        if current is None:
            return "не понадобилось: задачи в движке уже нет"
        if _state(current) != _state(task):
            return "не сделано: задача сменила состояние, повторите takeover"
        details = {"finding": judged.verdict.finding, "topic": task.topic, "instance": task.process_instance_id}
        with ground.audit.deed(Deed("takeover", f"задача {task.id}", reason, details)) as verdict:
            await self._step(task, judged.verdict.step)
            verdict.text = f"сделано: {judged.verdict.step}"
        return verdict.text

    async def _step(self, task: ExternalTask, step: Step) -> None:
        """A crash between unlocking and locking leaves a free task: the fetch takes it and finds its object."""
        ground = self._ground
        if ground.moves or step is Step.RELEASE:
            await ground.ours.admin.unlock(task.id)
        if step is not Step.RELEASE:
            await ground.ours.hold(task, ground.locks.long if step is Step.HOLD else ground.locks.lease)


def _state(task: ExternalTask) -> tuple[object, ...]:
    return task.worker_id, task.locked_until, task.retries, task.suspended
