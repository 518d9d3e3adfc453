"""Сомнения: вызовы BLIND под знаком «выдано», которых никто не выполняет. Сами они не повторяются никогда."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from exchanger.connect import BLIND, Call, OpenSystem
from exchanger.domain.reconcile import REPEATS, EngineSays, engine_says
from exchanger.domain.task import ExternalTask
from exchanger.roles.caller import Caller
from exchanger.roles.context import Context, forever
from exchanger.roles.index import Recent

GRACE = timedelta(minutes=1)
"""Сверх срока вызова: прерванной функции нужно время, чтобы кончиться, а ответу — чтобы дойти."""


@dataclass(slots=True)
class _Seen:
    since: float
    told: int = 0
    told_at: float = 0.0


class Doubts:
    """Обход списка движка: заявка и ответ могли пропасть вместе с брокером, знак остался."""

    def __init__(self, context: Context, system: OpenSystem, caller: Caller) -> None:
        self._context = context
        self._system = system
        self._caller = caller
        self._blind = {topic: call for topic, call in system.calls.items() if call.promise is BLIND}
        self._seen: Recent[tuple[str, datetime | None], _Seen] = Recent()

    async def run(self, period: float) -> None:
        """Обходить, пока не остановят."""
        if self._blind:
            await forever(
                f"calls:{self._system.name}", self.walk, self._context, rest=lambda: self._context.clock.sleep(period)
            )

    async def walk(self) -> None:
        """Один обход."""
        async for page in self._context.engine.held(self._blind, beyond=self._context.locks.made_beyond):
            for task in page:
                if self._is_abandoned(task):
                    await self._caller.conclude(task, self._blind[task.topic])
                    self._told(task)

    def _is_abandoned(self, task: ExternalTask) -> bool:
        now = self._context.engine.now()
        says = engine_says(task, None, now=now, locks=self._context.locks)
        if now is None or says is not EngineSays.MADE or self._caller.is_in_hand(task.id):
            return False
        seen = self._note(task)
        if seen.told:
            return self._monotonic - seen.told_at >= REPEATS[min(seen.told, len(REPEATS)) - 1].total_seconds()
        return self._age(task, seen, now) >= self._patience(self._blind[task.topic])

    def _patience(self, call: Call) -> timedelta:
        return call.limit(self._context.call_limit) + GRACE

    def _age(self, task: ExternalTask, seen: _Seen, now: datetime) -> timedelta:
        """How long the mark stands. Set for a longer span than ours it tells nothing: then since we saw it."""
        assert task.locked_until is not None
        by_lock = now - (task.locked_until - self._context.locks.long)
        return max(by_lock, timedelta(seconds=self._monotonic - seen.since))

    def _note(self, task: ExternalTask) -> _Seen:
        mark = task.id, task.locked_until
        seen = self._seen.get(mark)
        if seen is None:
            seen = _Seen(self._monotonic)
            self._seen.put(mark, seen)
        return seen

    def _told(self, task: ExternalTask) -> None:
        seen = self._note(task)
        seen.told, seen.told_at = seen.told + 1, self._monotonic

    @property
    def _monotonic(self) -> float:
        return self._context.clock.monotonic()
