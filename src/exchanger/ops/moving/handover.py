"""Передача дел прежней системе. Исполнение можно прервать и повторить в любом месте."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from exchanger.domain.errors import ConfigError
from exchanger.engine.client import RestEngine
from exchanger.ops.moving.case import Case, Judged, Step, Verdict
from exchanger.ops.moving.ground import Ground
from exchanger.ops.moving.insist import insisted
from exchanger.ops.moving.returning import chosen, give_back
from exchanger.ops.moving.rewriting import Rewriting
from exchanger.ops.moving.walk import Seen, Walk
from exchanger.ops.moving.whole import OldForms
from exchanger.ports import Clock


class Handover:
    """Передача наших задач прежнему работнику."""

    name = "handover"

    def __init__(self, ground: Ground, clock: Clock, seen: Seen) -> None:
        self._ground = ground
        self._clock = clock
        self._forms = OldForms(ground)
        self.walk = Walk(ground, clock, seen, self)

    @property
    def holder(self) -> RestEngine:
        """Наш работник."""
        return self._ground.ours

    def judge(self, case: Case, now: datetime) -> Verdict:
        """Решить о задаче."""
        return give_back(case, now=now, locks=self._ground.locks)

    async def apply(self, reason: str) -> AsyncIterator[Judged]:
        """Исполнить. Кончается не раньше карантина: прежняя система не должна начать, пока идут наши запросы."""
        await self.walk.browse()
        self._refuse_answers()
        await Rewriting(self._ground, self._forms, reason).all()
        async for judged in self.walk.plan():
            yield await self.walk.carried_out(judged, reason)
        await self.walk.quarantine()

    async def step(self, case: Case, step: Step) -> None:
        """The receipt first: after a crash it is recognised in the queue and only the lock is left to do."""
        ground = self._ground
        if step is Step.GIVE and case.objects:
            await self._forms.publish_receipt(case.task, chosen(case.objects).ref)
        if ground.moves or step is Step.RELEASE:
            await insisted(lambda: ground.ours.admin.unlock(case.task.id), self._clock)
        if step is not Step.RELEASE:
            await insisted(lambda: ground.old.hold(case.task, ground.locks.long), self._clock)

    def _refuse_answers(self) -> None:
        """Their reader would take our answers for nothing, or complete tasks without what the gateway asks for."""
        waiting = sum(trace.new_answer for trace in self.walk.traces.by_task.values())
        if waiting:
            raise ConfigError(
                f"В очереди {self._ground.names.responses_queue} ждут наши ответы: {waiting}. "
                "Прежняя система их не поняла бы.",
                remedy="дайте им уйти: exchanger run camunda-worker, пока очередь не опустеет; затем повторите.",
            )
