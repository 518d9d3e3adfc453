"""The table of design §5, row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanger.domain.key import Key
from exchanger.domain.policy import CancelPolicy, Locks
from exchanger.domain.reconcile import (
    Answer,
    Cancel,
    Deleted,
    EngineSays,
    Memory,
    NoteMissing,
    Nothing,
    Rules,
    TellReopened,
    TellUnproved,
    Watch,
    brake_trips,
    decide,
    engine_says,
)
from exchanger.domain.task import ExternalTask, Fate, ObjectRef, ObjectState, Snapshot

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
KEY = Key("prod", "default", "task-1")
FAR = NOW + timedelta(days=300)
RULES = Rules()


def snapshot(state: ObjectState, number: str = "10", generation: int = 1) -> Snapshot:
    return Snapshot(ObjectRef("bitrix24", number), replace(KEY, generation=generation), state)


OPEN, DONE, REFUSED = (snapshot(state) for state in (ObjectState.OPEN, ObjectState.FINISHED, ObjectState.REFUSED))


@pytest.mark.parametrize("objects", [None, [], [OPEN], [DONE]])
def test_unknown_engine_means_nothing(objects: list[Snapshot] | None) -> None:
    assert isinstance(decide(EngineSays.UNKNOWN, objects, now=NOW, rules=RULES), Nothing)


@pytest.mark.parametrize("says", list(EngineSays))
def test_unknown_system_means_nothing(says: EngineSays) -> None:
    assert isinstance(decide(says, None, now=NOW, rules=RULES), Nothing)


@pytest.mark.parametrize("objects", [[], [OPEN], [DONE], [REFUSED]])
def test_what_is_not_made_is_left_to_the_order_or_the_fetch(objects: list[Snapshot]) -> None:
    assert isinstance(decide(EngineSays.NOT_MADE, objects, now=NOW, rules=RULES), Nothing)


@pytest.mark.parametrize("objects", [[], [OPEN], [DONE], [REFUSED]])
def test_suspended_is_only_watched(objects: list[Snapshot]) -> None:
    assert decide(EngineSays.SUSPENDED, objects, now=NOW, rules=RULES) == Watch()


@pytest.mark.parametrize("others", [[], [OPEN], [snapshot(ObjectState.REFUSED, "11")]])
def test_made_and_one_finished_gives_its_outcome(others: list[Snapshot]) -> None:
    assert decide(EngineSays.MADE, [*others, DONE], now=NOW, rules=RULES) == Answer(DONE)


@pytest.mark.parametrize(
    ("answered", "minutes", "due"),
    [(1, 4, False), (1, 5, True), (2, 29, False), (2, 30, True), (3, 119, False), (3, 120, True), (9, 120, True)],
)
def test_an_outcome_is_repeated_after_5_minutes_30_minutes_and_2_hours(answered: int, minutes: int, due: bool) -> None:
    memory = Memory(answered=answered, answered_at=NOW - timedelta(minutes=minutes))
    assert isinstance(decide(EngineSays.MADE, [DONE], now=NOW, rules=RULES, memory=memory), Answer) is due


def test_made_and_refused_gives_the_refusal() -> None:
    assert decide(EngineSays.MADE, [REFUSED], now=NOW, rules=RULES) == Answer(REFUSED)


def test_a_refused_object_beside_an_open_one_is_history() -> None:
    newer = snapshot(ObjectState.OPEN, "11", generation=2)
    assert decide(EngineSays.MADE, [REFUSED, newer], now=NOW, rules=RULES, locked_until=FAR) == Watch()


def test_made_and_open_is_watched() -> None:
    assert decide(EngineSays.MADE, [OPEN], now=NOW, rules=RULES, locked_until=FAR) == Watch()


@pytest.mark.parametrize(("days", "renew"), [(29, True), (31, False)])
def test_the_lock_is_renewed_below_30_days(days: int, renew: bool) -> None:
    locked_until = NOW + timedelta(days=days)
    assert decide(EngineSays.MADE, [OPEN], now=NOW, rules=RULES, locked_until=locked_until) == Watch(renew=renew)


def test_twins_are_told_and_the_oldest_is_kept() -> None:
    twin = snapshot(ObjectState.OPEN, "9")
    action = decide(EngineSays.MADE, [OPEN, twin], now=NOW, rules=RULES, locked_until=FAR)
    assert action == Watch(twins=(OPEN,))


def test_missing_once_is_noted() -> None:
    assert decide(EngineSays.MADE, [], now=NOW, rules=RULES) == NoteMissing()


@pytest.mark.parametrize(("seconds", "expected"), [(59, NoteMissing()), (60, Deleted())])
def test_missing_twice_a_minute_apart_is_deleted(seconds: int, expected: object) -> None:
    memory = Memory(missing_since=NOW - timedelta(seconds=seconds))
    assert decide(EngineSays.MADE, [], now=NOW, rules=RULES, memory=memory) == expected


@pytest.mark.parametrize("objects", [[], [OPEN], [REFUSED], [DONE]])
def test_an_incident_waits_for_a_person(objects: list[Snapshot]) -> None:
    assert decide(EngineSays.INCIDENT, objects, now=NOW, rules=RULES) == Watch()


def test_a_finished_object_clears_the_incident_by_policy() -> None:
    assert decide(EngineSays.INCIDENT, [DONE], now=NOW, rules=Rules(answer_clears_incident=True)) == Answer(DONE)


@pytest.mark.parametrize("says", [EngineSays.CANCELLED, EngineSays.COMPLETED, EngineSays.UNPROVED])
@pytest.mark.parametrize("objects", [[], [DONE], [REFUSED]])
def test_what_is_gone_without_an_open_object_needs_nothing(says: EngineSays, objects: list[Snapshot]) -> None:
    assert isinstance(decide(says, objects, now=NOW, rules=RULES), Nothing)


@pytest.mark.parametrize("policy", list(CancelPolicy))
def test_cancelled_follows_the_policy(policy: CancelPolicy) -> None:
    action = decide(EngineSays.CANCELLED, [OPEN], now=NOW, rules=Rules(cancel=policy))
    assert action == Cancel((OPEN,), policy)


def test_open_after_completion_is_told_that_it_was_reopened() -> None:
    assert decide(EngineSays.COMPLETED, [OPEN, DONE], now=NOW, rules=RULES) == TellReopened((OPEN,))


def test_unproved_is_told_and_never_cancelled() -> None:
    assert decide(EngineSays.UNPROVED, [OPEN], now=NOW, rules=RULES) == TellUnproved((OPEN,))


@pytest.mark.parametrize(
    ("vanished", "total", "trips"), [(20, 20, False), (21, 30, True), (50, 1000, False), (51, 1000, True)]
)
def test_the_brake_trips_above_20_and_above_5_percent(vanished: int, total: int, trips: bool) -> None:
    assert brake_trips(vanished, total) is trips


def task(**changes: object) -> ExternalTask:
    base = ExternalTask("task-1", "t", "pi", "d:1", "d", "A", worker_id="w", locked_until=FAR)
    return replace(base, **changes)  # type: ignore[arg-type]


LOCKS = Locks()


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, EngineSays.MADE),
        ({"suspended": True}, EngineSays.SUSPENDED),
        ({"retries": 0}, EngineSays.INCIDENT),
        ({"retries": 1}, EngineSays.MADE),
        ({"locked_until": None}, EngineSays.NOT_MADE),
        ({"locked_until": NOW - timedelta(days=1)}, EngineSays.NOT_MADE),
        ({"locked_until": NOW + LOCKS.lease}, EngineSays.NOT_MADE),
        ({"locked_until": NOW + LOCKS.lease, "suspended": True}, EngineSays.NOT_MADE),
    ],
)
def test_the_lock_tells_made_from_ordered(changes: dict[str, object], says: EngineSays) -> None:
    assert engine_says(task(**changes), None, now=NOW, locks=LOCKS) is says


def test_without_the_engines_clock_nothing_is_known() -> None:
    assert engine_says(task(), None, now=None, locks=LOCKS) is EngineSays.UNKNOWN


@pytest.mark.parametrize(
    ("fate", "says"),
    [
        (None, EngineSays.UNKNOWN),
        (Fate.ALIVE, EngineSays.UNKNOWN),
        (Fate.UNPROVED, EngineSays.UNPROVED),
        (Fate.CANCELLED, EngineSays.CANCELLED),
        (Fate.COMPLETED, EngineSays.COMPLETED),
    ],
)
def test_absence_is_never_proof(fate: Fate | None, says: EngineSays) -> None:
    assert engine_says(None, fate, now=NOW, locks=LOCKS) is says


states = st.sampled_from(ObjectState)
objects = st.lists(st.builds(snapshot, states, st.integers(1, 50).map(str), st.integers(1, 3)), max_size=6)


@given(st.sampled_from(EngineSays), st.none() | objects, st.booleans())
def test_an_object_is_answered_only_for_what_we_owe(
    says: EngineSays, found: list[Snapshot] | None, clears: bool
) -> None:
    action = decide(says, found, now=NOW, rules=Rules(answer_clears_incident=clears))
    if isinstance(action, Answer):
        assert says is EngineSays.MADE or (clears and says is EngineSays.INCIDENT)
        assert action.found.state is not ObjectState.OPEN
    if isinstance(action, Deleted):
        assert found == []


@given(st.integers(1, 400), st.integers(1, 100))
def test_a_lease_and_a_back_off_are_never_taken_for_made(lease_minutes: int, factor: int) -> None:
    locks = Locks(lease=timedelta(minutes=lease_minutes), long=timedelta(minutes=lease_minutes) * (factor + 3))
    leased = task(locked_until=NOW + locks.lease)
    assert engine_says(leased, None, now=NOW, locks=locks) is EngineSays.NOT_MADE
    renewed = task(locked_until=NOW + locks.renew_below)
    assert engine_says(renewed, None, now=NOW, locks=locks) is EngineSays.MADE
