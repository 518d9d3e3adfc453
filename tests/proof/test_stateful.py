"""Whatever people, faults and crashes do in whatever order, at every await: one object a task, one answer, all end."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from exchanger.domain.errors import OutcomeUnknown, Retry, SystemPaused
from exchanger.domain.task import ExternalTask, ObjectState
from exchanger.roles.duty import Duty
from exchanger.roles.quarantine import Quarantine
from exchanger.roles.responder import Responder
from exchanger.roles.worker import Worker
from exchanger.testing.memory_objects import MemoryObject
from exchanger.testing.memory_system import MEMORY_TOPIC
from tests.proof.interleave import interleaved
from tests.proof.memory import ANSWER, faults
from tests.roles.house import SYSTEM, House, fail, house, nothing

_ERRORS = {"retry": Retry("занято."), "unknown": OutcomeUnknown("оборвалось."), "paused": SystemPaused("стоит.")}
_ENGINE = ["fetch", "held", "get", "fate", "hold", "settle", "note"]
_PORTAL = ["find", "create", "finish", "changed", "read", "answer", "tell"]
EXAMPLES = int(os.environ.get("EXCHANGER_PROOF_EXAMPLES", "20"))
_NUMBER = st.integers(0, 1000)


class Installation(RuleBasedStateMachine):
    """All roles over parts in memory; a rule is something that happens to them."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self._stack = AsyncExitStack()
        self._home: House = self._do(self._stack.enter_async_context(house()))
        self._tasks: list[ExternalTask] = []
        self._deleted: set[str] = set()
        self._cancelled: set[str] = set()

    def _do(self, action: Coroutine[Any, Any, Any]) -> Any:
        return self._loop.run_until_complete(action)

    def _start(self) -> None:
        context, system = interleaved(self._home.context, self._home.system, self._random)
        worker = Worker(context, SYSTEM, [MEMORY_TOPIC], self._home.wait, self._home.window)
        duty = Duty(context, system, self._home.rules, self._home.pace)

        async def start() -> None:
            self._home.start(worker.run, Responder(context).run, duty.run)

        self._do(start())

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self._random = Random(seed)
        self._start()

    # What happens

    @rule(count=st.integers(1, 3))
    def tasks_appear(self, count: int) -> None:
        self._tasks += [self._home.task(str(len(self._tasks))) for _ in range(count)]

    @rule(seconds=st.sampled_from([0.1, 1.0, 5.0, 20.0, 95.0, 400.0, 2000.0]))
    def time_goes_by(self, seconds: float) -> None:
        self._do(self._home.clock.advance(seconds))

    def _open(self) -> list[MemoryObject]:
        return [found for found in self._home.objects.all if found.state is ObjectState.OPEN]

    @precondition(lambda self: self._open())
    @rule(number=_NUMBER)
    def a_person_finishes(self, number: int) -> None:
        found = self._open()
        self._home.objects.finish(found[number % len(found)].id, ANSWER)

    @precondition(lambda self: self._open())
    @rule(number=_NUMBER)
    def a_person_refuses(self, number: int) -> None:
        found = self._open()
        self._home.objects.refuse(found[number % len(found)].id)

    @precondition(lambda self: self._open())
    @rule(number=_NUMBER)
    def a_person_deletes(self, number: int) -> None:
        found = self._open()
        victim = found[number % len(found)]
        self._deleted.add(victim.key)
        self._home.objects.delete(victim.id)

    @precondition(lambda self: self._home.state.tasks)
    @rule(number=_NUMBER)
    def a_process_is_cancelled(self, number: int) -> None:
        alive = list(self._home.state.tasks)
        gone = alive[number % len(alive)]
        self._home.state.cancel(gone)
        self._cancelled.add(gone)
        self._tasks = [task for task in self._tasks if task.id != gone]

    @rule()
    def the_operator_retries(self) -> None:
        for incident in self._home.state.incidents:
            self._home.state.set_retries(incident.id, 1)

    # Faults and crashes

    @rule(call=st.sampled_from(_ENGINE), error=st.sampled_from(sorted(_ERRORS)), after=st.booleans())
    def the_engine_fails_once(self, call: str, error: str, after: bool) -> None:
        if after:
            self._home.state.after = fail(OutcomeUnknown("оборвалось."), at=call)
        else:
            self._home.state.before = fail(_ERRORS[error], at=call)

    @rule(call=st.sampled_from(_PORTAL), error=st.sampled_from(sorted(_ERRORS)))
    def the_system_fails_once(self, call: str, error: str) -> None:
        self._home.objects.before = fail(_ERRORS[error], at=call)

    @rule(late=st.sampled_from([None, 1.0, 30.0, 80.0]), lag=st.sampled_from([0.0, 8.0]))
    def the_system_is_slow(self, late: float | None, lag: float) -> None:
        self._home.objects.late = None if late is None else timedelta(seconds=late)
        self._home.objects.search_lag = timedelta(seconds=lag)

    @rule(down=st.booleans())
    def the_broker_goes_or_comes(self, down: bool) -> None:
        self._home.bus.down = down

    @rule(wiped=st.booleans())
    def everything_is_killed(self, wiped: bool) -> None:
        self._do(self._home.throw_away(queues=wiped))
        self._start()

    # What must hold

    @invariant()
    def one_object_and_one_answer(self) -> None:
        for task in self._tasks:
            objects = [found for found in self._home.objects.of(task.id) if found.key not in self._deleted]
            assert len({found.key for found in objects}) == len(objects), f"{task.id}: twins"
            assert len(self._home.completed(task)) <= 1, f"{task.id}: answered twice"

    def teardown(self) -> None:
        try:
            self._calm_down()
            if self._tasks:
                assert faults(self._home, self._tasks, self._cancelled) == []
            assert not any(role.done() for role in self._home.running)
        finally:
            self._do(self._stack.aclose())
            self._loop.close()

    def _calm_down(self) -> None:
        home = self._home
        home.state.before = home.state.after = home.objects.before = nothing
        home.objects.late, home.objects.search_lag, home.bus.down = None, timedelta(), False
        for _ in range(6):
            self._do(home.clock.advance(home.locks.lease.total_seconds() / 2))
            self.the_operator_retries()
            for found in self._open():
                home.objects.finish(found.id, ANSWER)


_PLAN = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    database=None,
    print_blob=True,
    phases=[Phase.generate],  # shrinking takes minutes: the blob repeats a failure, and then it is worth them
    suppress_health_check=list(HealthCheck),
)

TestInstallation = Installation.TestCase
TestInstallation.settings = _PLAN


def test_without_the_search_before_a_create_the_machine_finds_a_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a creator that takes every task for one that nobody has tried
    monkeypatch.setattr(Quarantine, "untouched", lambda _self, _task: True)
    # Then the machine does not take long to see it
    with pytest.raises(AssertionError, match=r"answered twice|twins|objects"):
        run_state_machine_as_test(Installation, settings=settings(_PLAN, max_examples=100, derandomize=True))
