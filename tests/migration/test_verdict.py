"""Every row of the two tables that decide about a task when the house moves in and when it moves back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from exchanger.domain.policy import Locks
from exchanger.domain.task import ExternalTask, ObjectRef, ObjectState, Snapshot
from exchanger.ops.moving.case import Case, Finding, Step
from exchanger.ops.moving.returning import give_back
from exchanger.ops.moving.traces import Trace
from exchanger.ops.moving.verdict import judge

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LOCKS = Locks()
HELD = ExternalTask(
    "t-1", "bitrix_create_task", "p", "d:1", "d", "a", worker_id="old", locked_until=NOW + timedelta(days=300)
)
LEASED = replace(HELD, locked_until=NOW + timedelta(minutes=20))
LAPSED = replace(HELD, locked_until=NOW - timedelta(days=1))
ENDING = replace(HELD, locked_until=NOW + timedelta(days=5))
SUSPENDED = replace(HELD, suspended=True)
INCIDENT = replace(HELD, retries=0)

RECEIPT = Trace(object_id="7")
ORDER = Trace(order=True)
ANSWER = Trace(answer=True)
UNDELIVERED = Trace(undelivered=True)
OLD_RECEIPT = Trace(object_id="7", old_receipt=True)


def shown(*states: ObjectState) -> tuple[Snapshot, ...]:
    return tuple(Snapshot(ObjectRef("bitrix24", str(number)), None, state) for number, state in enumerate(states, 7))


OPEN, FINISHED, REFUSED = (shown(state) for state in (ObjectState.OPEN, ObjectState.FINISHED, ObjectState.REFUSED))
TWINS = shown(ObjectState.OPEN, ObjectState.OPEN)

TAKEOVER = [
    # task, objects (None: unknown), trace, finding, step for the same worker id, step for another, does a person decide
    (INCIDENT, None, Trace(), Finding.INCIDENT, Step.LEAVE, Step.LEAVE, True),
    (INCIDENT, OPEN, Trace(), Finding.INCIDENT, Step.LEAVE, Step.LEAVE, True),
    (HELD, None, Trace(), Finding.UNKNOWN, Step.LEAVE, Step.LEAVE, True),
    (HELD, None, ORDER, Finding.UNKNOWN, Step.LEAVE, Step.LEAVE, True),
    (LEASED, None, Trace(), Finding.UNKNOWN, Step.LEAVE, Step.LEAVE, True),
    (HELD, FINISHED, Trace(), Finding.FINISHED, Step.LEAVE, Step.HOLD, False),
    (ENDING, FINISHED, Trace(), Finding.FINISHED, Step.HOLD, Step.HOLD, False),
    (HELD, (*OPEN, *FINISHED), RECEIPT, Finding.FINISHED, Step.LEAVE, Step.HOLD, False),
    (HELD, OPEN, RECEIPT, Finding.OPEN, Step.LEAVE, Step.HOLD, False),
    (LAPSED, OPEN, RECEIPT, Finding.OPEN, Step.HOLD, Step.HOLD, False),
    (HELD, TWINS, RECEIPT, Finding.OPEN, Step.LEAVE, Step.HOLD, True),
    (HELD, OPEN, Trace(), Finding.HALF_BUILT, Step.RELEASE, Step.RELEASE, False),
    (HELD, OPEN, ORDER, Finding.ORDER, Step.LEAVE, Step.HOLD, False),
    (HELD, REFUSED, RECEIPT, Finding.REFUSED, Step.LEAVE, Step.HOLD, True),
    (HELD, (), ANSWER, Finding.ANSWER, Step.LEAVE, Step.HOLD, False),
    (HELD, (), RECEIPT, Finding.UNSEEN, Step.LEAVE, Step.HOLD, True),
    (LEASED, (), RECEIPT, Finding.UNSEEN, Step.HOLD, Step.HOLD, True),
    (HELD, (), ORDER, Finding.ORDER, Step.LEASE, Step.LEASE, False),
    (LEASED, (), ORDER, Finding.ORDER, Step.LEAVE, Step.LEASE, False),
    (LEASED, (), Trace(), Finding.FREE, Step.LEAVE, Step.LEAVE, False),
    (LAPSED, (), Trace(), Finding.FREE, Step.LEAVE, Step.LEAVE, False),
    (HELD, (), UNDELIVERED, Finding.UNDELIVERED, Step.LEAVE, Step.HOLD, True),
    (HELD, (), Trace(failed=True), Finding.NOTHING, Step.RELEASE, Step.RELEASE, False),
    (HELD, (), Trace(), Finding.NOTHING, Step.RELEASE, Step.RELEASE, False),
]


@pytest.mark.parametrize(("task", "objects", "trace", "finding", "same", "other", "person"), TAKEOVER)
def test_takeover(
    task: ExternalTask,
    objects: tuple[Snapshot, ...] | None,
    trace: Trace,
    finding: Finding,
    same: Step,
    other: Step,
    *,
    person: bool,
) -> None:
    case = Case(task, "bitrix24", objects, trace, "портал молчит")
    for moves, step in ((False, same), (True, other)):
        found = judge(case, moves=moves, now=NOW, locks=LOCKS)
        assert (found.finding, found.step, bool(found.person)) == (finding, step, person)
        assert found.then


def test_a_suspended_task_is_left_to_its_holder_and_needs_a_person_only_when_the_name_changes() -> None:
    case = Case(SUSPENDED, "bitrix24", OPEN, RECEIPT)
    found = {moves: judge(case, moves=moves, now=NOW, locks=LOCKS) for moves in (False, True)}
    assert [(one.finding, one.step) for one in found.values()] == [(Finding.SUSPENDED, Step.LEAVE)] * 2
    assert (found[False].person, bool(found[True].person)) == ("", True)


HANDOVER = [
    (INCIDENT, OPEN, Trace(), Finding.INCIDENT, Step.LEAVE, True),
    (HELD, None, Trace(), Finding.UNKNOWN, Step.LEAVE, True),
    (LEASED, (), ORDER, Finding.ORDER, Step.LOCK, False),
    (LEASED, OPEN, ORDER, Finding.ORDER, Step.LOCK, False),
    (HELD, FINISHED, ANSWER, Finding.ANSWER, Step.LOCK, False),
    (HELD, FINISHED, Trace(answer=True, new_answer=True), Finding.ANSWER, Step.LEAVE, True),
    (HELD, FINISHED, Trace(), Finding.FINISHED, Step.GIVE, False),
    (HELD, OPEN, Trace(), Finding.OPEN, Step.GIVE, False),
    (SUSPENDED, OPEN, Trace(), Finding.OPEN, Step.GIVE, False),
    (LEASED, OPEN, RECEIPT, Finding.OPEN, Step.GIVE, False),
    (HELD, OPEN, OLD_RECEIPT, Finding.OPEN, Step.LOCK, False),
    (HELD, REFUSED, Trace(), Finding.REFUSED, Step.GIVE, True),
    (LEASED, (), Trace(), Finding.NOTHING, Step.RELEASE, False),
    (HELD, (), Trace(), Finding.UNSEEN, Step.LEAVE, True),
]


@pytest.mark.parametrize(("task", "objects", "trace", "finding", "step", "person"), HANDOVER)
def test_handover(
    task: ExternalTask,
    objects: tuple[Snapshot, ...] | None,
    trace: Trace,
    finding: Finding,
    step: Step,
    *,
    person: bool,
) -> None:
    found = give_back(Case(task, "bitrix24", objects, trace, "портал молчит"), now=NOW, locks=LOCKS)
    assert (found.finding, found.step, bool(found.person)) == (finding, step, person)


def test_a_system_that_the_predecessor_never_tracked_keeps_its_tasks() -> None:
    found = give_back(Case(HELD, "openproject", OPEN, Trace()), now=NOW, locks=LOCKS)
    assert (found.finding, found.step, bool(found.person)) == (Finding.UNTRACKED, Step.LEAVE, True)
