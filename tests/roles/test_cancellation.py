"""What becomes of the object of a cancelled task, by policy; nothing irrevocable without a second proof."""

from __future__ import annotations

import pytest

from exchanger.connect import Notice
from exchanger.domain.policy import CancelPolicy
from exchanger.domain.reconcile import Rules
from exchanger.domain.task import ExternalTask, Fate, ObjectState
from exchanger.testing.memory_objects import MemoryObject
from tests.roles.house import OURS, House

MINUTE = 60.0


async def cancelled(home: House, policy: CancelPolicy) -> tuple[ExternalTask, MemoryObject]:
    """A watched task that is cancelled; the tracker has seen it."""
    home.rules = Rules(cancel=policy)
    task, found = await home.made()
    home.start(home.tracker().run)
    await home.clock.advance(2)
    home.state.cancel(task.id)
    await home.clock.advance(10 * MINUTE)
    return task, found


@pytest.mark.parametrize(
    ("policy", "state", "notices"),
    [
        (CancelPolicy.COMMENT, ObjectState.OPEN, [Notice.CANCELLED]),
        (CancelPolicy.CLOSE, ObjectState.FINISHED, [Notice.CANCELLED]),
        (CancelPolicy.LEAVE, ObjectState.OPEN, []),
    ],
)
async def test_the_object_of_a_cancelled_task_is_treated_by_policy(
    home: House, policy: CancelPolicy, state: ObjectState, notices: list[Notice]
) -> None:
    _, found = await cancelled(home, policy)
    assert (found.state, found.notices) == (state, notices)


async def test_the_object_of_a_cancelled_task_is_deleted_where_the_policy_says_so(home: House) -> None:
    task, _ = await cancelled(home, CancelPolicy.DELETE)
    assert home.objects.of(task.id) == []


async def test_what_the_system_does_not_end_is_told(home: House) -> None:
    home.objects.can_end = False
    _, found = await cancelled(home, CancelPolicy.DELETE)
    assert (found.state, found.notices) == (ObjectState.OPEN, [Notice.CANCELLED])


@pytest.mark.parametrize("policy", [CancelPolicy.CLOSE, CancelPolicy.DELETE])
async def test_an_unproved_end_never_ends_an_object(home: House, policy: CancelPolicy) -> None:
    home.state.history = False
    _, found = await cancelled(home, policy)
    assert (found.state, found.notices) == (ObjectState.OPEN, [Notice.UNPROVED])


async def test_a_cancellation_that_is_not_confirmed_a_second_time_touches_nothing(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given an engine that says "cancelled" once, and then does not know
    said: list[Fate] = [Fate.CANCELLED]

    async def fate(_task: ExternalTask) -> Fate:
        return said.pop() if said else Fate.UNPROVED

    monkeypatch.setattr(type(home.engine), "fate", lambda _self, task: fate(task))
    task, found = await cancelled(home, CancelPolicy.DELETE)
    assert [one.id for one in home.objects.of(task.id)] == [found.id]
    assert found.notices == []


async def test_an_object_that_a_person_finishes_in_the_last_moment_is_left_alone(home: House) -> None:
    home.rules = Rules(cancel=CancelPolicy.DELETE)
    task, found = await home.made()
    home.start(home.tracker().run)
    await home.clock.advance(2)

    proofs: list[str] = []

    def finish(call: str) -> None:  # at the second proof: the diff has seen the object open already
        proofs.extend([call] if call == "fate" else [])
        if len(proofs) == 2 and call == "fate":
            home.objects.finish(found.id, "успел")

    home.state.before = finish
    home.state.cancel(task.id)
    await home.clock.advance(10 * MINUTE)
    assert len(proofs) >= 2
    assert [one.id for one in home.objects.of(task.id)] == [found.id]


async def test_a_reopened_object_of_a_task_that_was_refused_is_told_not_deleted(home: House) -> None:
    # Given a tracker that never watched the task, and its object that changes long after
    home.rules = Rules(cancel=CancelPolicy.DELETE)
    home.start(home.tracker().run)
    await home.clock.advance(2)
    home.state.fates["long-ago"] = Fate.CANCELLED
    found = home.objects.add(str(OURS.key("long-ago")))
    await home.clock.advance(5 * MINUTE)
    assert (home.objects.get(found.id) is not None, found.notices) == (True, [Notice.CANCELLED])


async def test_an_order_that_comes_again_while_its_object_is_open_makes_nothing(home: House) -> None:
    # Given a made task whose lock was taken off by hand, so that the fetch takes it again
    await home.open_for_business()
    task = home.task()
    await home.clock.advance(2)
    found = home.object(task)
    home.state.unlock(task.id)
    await home.clock.advance(2 * MINUTE)
    # Then the same object serves it, the mark is back, and one answer goes
    assert [one.id for one in home.objects.of(task.id)] == [found.id]
    assert home.is_made(task)
    home.objects.finish(found.id, "да")
    await home.clock.advance(5 * MINUTE)
    assert len(home.completed(task)) == 1


async def test_a_finished_object_clears_the_incident_of_its_task_where_the_setting_says_so(home: House) -> None:
    home.rules = Rules(answer_clears_incident=True)
    await home.open_for_business()
    task = home.task()
    await home.clock.advance(2)
    home.state.set_retries(task.id, 0)
    await home.clock.advance(2 * MINUTE)
    home.objects.finish(home.object(task).id, "да")
    await home.clock.advance(home.pace.sweep + 2 * MINUTE)
    assert len(home.completed(task)) == 1
    assert not home.state.incidents
