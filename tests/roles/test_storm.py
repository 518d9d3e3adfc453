"""Storms: seeded random faults, kills, people and operators; whatever happens, each task ends with its one object."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from exchanger.domain.errors import ExchangerError, OutcomeUnknown, Retry, SystemPaused
from exchanger.domain.task import ExternalTask, ObjectState
from tests.roles.house import House, nothing

ENGINE_CALLS = ["fetch", "held", "get", "fate", "hold", "settle", "note"]
SYSTEM_CALLS = ["find", "create", "finish", "changed", "read", "answer", "tell"]
ERRORS: list[Callable[[], ExchangerError]] = [
    lambda: Retry("занято."),
    lambda: OutcomeUnknown("связь оборвалась."),
    lambda: SystemPaused("обслуживание."),
]


class Storm:
    """One run with one seed."""

    def __init__(self, home: House, seed: int) -> None:
        self._home = home
        self._random = random.Random(seed)
        random.seed(seed)  # the responder's jitter
        self.tasks: list[ExternalTask] = []
        self.refusals = self.cancellations = 0.0
        self.skew = 0
        self.cancelled: set[str] = set()

    def weather(self) -> None:
        """New faults for a while: each call fails with a small chance, before or after its effect."""
        home = self._home
        home.state.before = self._sometimes(ENGINE_CALLS, 0.15)
        home.state.after = self._sometimes(ENGINE_CALLS, 0.1, OutcomeUnknown)
        home.objects.before = self._sometimes(SYSTEM_CALLS, 0.2)
        home.objects.after = self._sometimes(["create"], 0.2, OutcomeUnknown)
        # A request may be executed, and a search may see it, as late as the quarantine allows: 80 + 8 < 90 seconds.
        home.objects.late = self._random.choice([None, timedelta(seconds=self._random.uniform(1, 80))])
        home.objects.search_lag = timedelta(seconds=self._random.choice([0, 0, 8]))
        home.bus.before = self._sometimes(["publish"], 0.15, Retry)
        home.bus.down = self._random.random() < 0.3

    def _sometimes(
        self, calls: list[str], chance: float, kind: type[ExchangerError] | None = None
    ) -> Callable[[str], None]:
        def hook(call: str) -> None:
            if call.split(maxsplit=1)[0] in calls and self._random.random() < chance:
                raise kind("сбой.") if kind is not None else self._random.choice(ERRORS)()

        return hook

    def people(self) -> None:
        """People finish, processes start, operators retry."""
        home = self._home
        self.tasks += [home.task(str(len(self.tasks))) for _ in range(self._random.randint(0, 3))]
        for found in home.objects.all:
            if found.state is ObjectState.OPEN and self._random.random() < 0.1:
                home.objects.finish(found.id, "да")
            elif found.state is ObjectState.OPEN and self._random.random() < self.refusals:
                home.objects.refuse(found.id)
        for task_id in list(home.state.tasks):
            if self._random.random() < self.cancellations:
                home.state.cancel(task_id)
                self.cancelled.add(task_id)
        home.engine_clock.skew = timedelta(minutes=self._random.choice([0, self.skew, -self.skew]))
        self.operators()

    def operators(self) -> None:
        for incident in self._home.state.incidents:
            self._home.state.set_retries(incident.id, 1)

    async def blow(self) -> None:
        """One stretch: weather, people, time; sometimes everything is killed, sometimes with the broker's contents."""
        self.weather()
        self.people()
        await self._home.clock.advance(self._random.choice([0.1, 1, 3, 5, 20, 95, 400]))
        if self._random.random() < 0.4:
            await self._home.throw_away(queues=self._random.random() < 0.3)
            self._home.start_all()

    async def calm_down(self) -> None:
        """The faults end, people finish everything, and operators retry what became an incident."""
        home = self._home
        home.state.before = home.state.after = home.objects.before = home.objects.after = home.bus.before = nothing
        home.objects.late, home.objects.search_lag, home.bus.down = None, timedelta(), False
        for _ in range(6):
            await home.clock.advance(home.locks.lease.total_seconds() / 2)
            self.operators()
            for found in home.objects.all:
                if found.state is ObjectState.OPEN:
                    home.objects.finish(found.id, "да")


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_each_task_has_one_object_and_one_end(home: House, seed: int) -> None:
    # Given a storm
    storm = Storm(home, seed)
    home.start_all()
    for _ in range(25):
        await storm.blow()
    # When it is over
    await storm.calm_down()
    # Then every process went on, no task was made twice, and each ended once with the person's answer
    assert not home.state.tasks, {task.id: task for task in home.state.tasks.values()}
    assert all(home.objects.creates[f"exch:prod:default:{task.id}"] == 1 for task in storm.tasks)
    assert all(len(home.completed(task)) == 1 for task in storm.tasks)
    assert not any(role.done() for role in home.running)


@pytest.mark.parametrize("can_reopen", [True, False])
@pytest.mark.parametrize("seed", range(6))
async def test_refusals_cancellations_and_a_restless_clock_make_nothing_twice(
    home: House, seed: int, can_reopen: bool
) -> None:
    # Given a storm in which people refuse, processes are cancelled and the engine's clock is set back and forth
    storm = Storm(home, seed)
    storm.refusals, storm.cancellations, storm.skew = 0.08, 0.03, 10
    home.objects.can_reopen = can_reopen
    home.start_all()
    for _ in range(25):
        await storm.blow()
    # When it is over
    home.engine_clock.skew = timedelta()
    await storm.calm_down()
    # Then no key of a living task was used twice, every process ended, at most once with an answer
    assert not home.state.tasks, {task.id: task for task in home.state.tasks.values()}
    alive = {key: count for key, count in home.objects.creates.items() if key.split(":")[3] not in storm.cancelled}
    assert set(alive.values()) == {1}, alive
    assert all(len(home.completed(task)) <= 1 for task in storm.tasks)
    assert not any(role.done() for role in home.running)
