"""Приём дел у прежней системы. Исполнение можно прервать и повторить в любом месте."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from exchanger.engine.client import RestEngine
from exchanger.ops.moving.case import Case, Judged, Step, Verdict
from exchanger.ops.moving.ground import Ground
from exchanger.ops.moving.insist import insisted
from exchanger.ops.moving.verdict import judge
from exchanger.ops.moving.walk import Seen, Walk
from exchanger.ports import Clock


class Takeover:
    """Приём задач, запертых прежним работником."""

    name = "takeover"

    def __init__(self, ground: Ground, clock: Clock, seen: Seen) -> None:
        self._ground = ground
        self._clock = clock
        self.walk = Walk(ground, clock, seen, self)

    @property
    def holder(self) -> RestEngine:
        """Прежний работник."""
        return self._ground.old

    def judge(self, case: Case, now: datetime) -> Verdict:
        """Решить о задаче."""
        return judge(case, moves=self._ground.moves, now=now, locks=self._ground.locks)

    async def apply(self, reason: str) -> AsyncIterator[Judged]:
        """Исполнить. Отпирание — вторым обходом, через карантин: тогда отсутствие объекта доказано дважды."""
        waiting = False
        async for judged in self.walk.plan():
            if judged.verdict.step is Step.RELEASE:
                waiting = True
            else:
                yield await self.walk.carried_out(judged, reason)
        if not waiting:
            return
        await self.walk.quarantine()
        async for judged in self.walk.plan():
            if judged.verdict.step is Step.RELEASE:
                yield await self.walk.carried_out(judged, reason)

    async def step(self, case: Case, step: Step) -> None:
        """A crash between unlocking and locking leaves a free task: the fetch takes it and finds its object."""
        ground = self._ground
        if ground.moves or step is Step.RELEASE:
            await insisted(lambda: ground.ours.admin.unlock(case.task.id), self._clock)
        if step is not Step.RELEASE:
            span = ground.locks.long if step is Step.HOLD else ground.locks.lease
            await insisted(lambda: ground.ours.hold(case.task, span), self._clock)
