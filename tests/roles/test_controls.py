"""The control: each rule of safety is switched off, and the scenario that guards it must go wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from exchanger.connect import Circuit
from exchanger.domain import reconcile
from exchanger.domain.errors import ExchangerError
from exchanger.domain.task import Fate, Fetched, Order, Snapshot
from exchanger.ports import Delivery
from exchanger.roles import brake, quarantine
from exchanger.roles.context import Installation
from exchanger.roles.creator import Creator
from exchanger.roles.maker import Made
from exchanger.roles.orphans import Orphans
from exchanger.roles.quarantine import Inherited, Quarantine
from exchanger.roles.responder import Responder
from exchanger.roles.serial import Serial
from exchanger.roles.watch import Watch
from exchanger.roles.worker import Worker
from tests.roles import (
    test_acknowledgement,
    test_creator,
    test_orphans,
    test_outages,
    test_responder,
    test_storm,
    test_tracker,
    test_way,
    test_worker,
)
from tests.roles.house import FakeTerm, House, house

Scenario = Callable[[House], Awaitable[None]]
Switch = Callable[[pytest.MonkeyPatch], None]


async def goes_wrong(scenario: Scenario, home: House) -> None:
    """Run the scenario; only an assertion of its own counts as having caught the fault."""
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        await scenario(home)


def no_ack_last(patch: pytest.MonkeyPatch) -> None:
    original = Creator.handle
    running: set[asyncio.Task[None]] = set()

    async def handle(self: Creator, delivery: Delivery) -> None:
        task = asyncio.create_task(original(self, delivery))  # acknowledged before anything was done
        running.add(task)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    patch.setattr(Creator, "handle", handle)


def no_receipt_before_ack(patch: pytest.MonkeyPatch) -> None:
    original = Creator._receipt

    async def receipt(self: Creator, order: Order, made: Made) -> None:
        try:
            await original(self, order, made)
        except ExchangerError:
            return  # B5: "the task exists, so all is well"

    patch.setattr(Creator, "_receipt", receipt)


def no_term_check(patch: pytest.MonkeyPatch) -> None:
    async def check(self: FakeTerm) -> None:
        if self.gate is not None:
            await self.gate.wait()

    patch.setattr(FakeTerm, "check", check)


def no_quarantine_of_the_term(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(quarantine, "quarantine_left", lambda **_: timedelta())


def no_doubt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Quarantine, "doubt", lambda self, _task_id: self._span)


def no_memory_of_what_was_made(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Quarantine, "made", lambda _self, _task, _ref: None)


def no_pinned_start(patch: pytest.MonkeyPatch) -> None:
    def started(self: Quarantine) -> object:
        now = self._engine.now()
        return None if now is None else now - self._elapsed()

    patch.setattr(Quarantine, "_term_started", started)


def no_list_of_the_beginning(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Inherited, "__contains__", lambda _self, _task_id: False)


def no_series(patch: pytest.MonkeyPatch) -> None:
    @asynccontextmanager
    async def turn(_self: Serial, _key: str) -> AsyncIterator[None]:
        yield

    patch.setattr(Serial, "turn", turn)


def no_comparison_of_keys(patch: pytest.MonkeyPatch) -> None:
    def objects(_self: Installation, found: list[Snapshot], _task_id: str) -> list[Snapshot]:
        return list(found)

    patch.setattr(Installation, "objects", objects)


def no_installation_in_the_key(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Installation, "owns", lambda _self, _key: True)


def mark_before_the_object_exists(patch: pytest.MonkeyPatch) -> None:
    original = Worker._publish

    async def publish(self: Worker, fetched: Fetched) -> ExchangerError | None:
        await self._context.engine.hold(fetched.task, self._context.locks.long)
        return await original(self, fetched)

    patch.setattr(Worker, "_publish", publish)


def one_observation(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reconcile, "MISSING_GAP", timedelta())


def no_brake(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(brake, "brake_trips", lambda _vanished, _total: False)


def no_whole_picture(patch: pytest.MonkeyPatch) -> None:
    async def whole(_self: Watch, _watched: object, objects: list[Snapshot]) -> list[Snapshot]:
        return objects

    patch.setattr(Watch, "_whole_picture", whole)


def bpmn_error_always(patch: pytest.MonkeyPatch) -> None:
    async def refusal(_self: Responder, _task: object, refused: object) -> object:
        return refused

    patch.setattr(Responder, "_refusal", refusal)


def nothing_is_stale(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Responder, "_is_stale", lambda _self, _response, _current: False)


def no_void_orders(patch: pytest.MonkeyPatch) -> None:
    async def is_void(_self: Creator, _order: Order) -> bool:
        return False

    patch.setattr(Creator, "_is_void", is_void)


def no_proof_of_a_cancellation(patch: pytest.MonkeyPatch) -> None:
    async def fate(_self: Watch, _task: object) -> object:
        return Fate.CANCELLED

    patch.setattr(Watch, "fate", fate)


def no_circuit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Circuit, "opened", lambda *_args, **_kwargs: None)


def no_repeats(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reconcile, "_answer_is_due", lambda memory, _now: memory.answered == 0)


def no_giving_back(patch: pytest.MonkeyPatch) -> None:
    async def release(_self: Worker, _left: object) -> None:
        return

    patch.setattr(Worker, "_release", release)


def no_walk_over_open_objects(patch: pytest.MonkeyPatch) -> None:
    async def walk(_self: Orphans) -> None:
        return

    patch.setattr(Orphans, "walk", walk)


async def _uncaught(home: House) -> None:
    await test_responder.test_a_refusal_that_nobody_catches_is_an_incident_and_never_a_bpmn_error(home, frozenset())


async def _stale_refusal(home: House) -> None:
    await test_responder.test_a_refusal_from_before_the_operators_retry_is_dropped(home, caught=True)


async def _set_back(home: House) -> None:
    await test_creator.TestClocks().test_an_engine_set_back_after_our_start_pays_with_a_search(home)


async def _everything_hidden(home: House) -> None:
    await test_tracker.TestMissing().test_the_brake_is_felt_after_a_restart_too(home)


async def _jump(home: House) -> None:
    await test_tracker.TestMissing().test_a_jump_of_the_engines_clock_is_not_a_second_observation(home)


async def _twin_refused(home: House) -> None:
    await test_tracker.TestAnswers().test_a_refusal_is_believed_only_when_no_other_object_says_otherwise(home)


async def _strangers(home: House) -> None:
    await test_tracker.TestWatching().test_strangers_on_the_same_portal_are_left_untouched(home)


async def _filter_ignored(home: House) -> None:
    await test_tracker.TestWatching().test_a_search_that_ignores_the_filter_answers_nobody_elses_task(home)


async def _unproved(home: House) -> None:
    await test_tracker.TestGone().test_an_unproved_end_leaves_a_comment_that_claims_nothing(home)


async def _repeated(home: House) -> None:
    await test_tracker.TestAnswers().test_an_answer_is_repeated_until_the_engine_takes_it(home)


async def _probe(home: House) -> None:
    await test_creator.test_a_paused_system_costs_no_attempt(home)


CONTROLS: list[tuple[Switch, Scenario]] = [
    (no_ack_last, test_acknowledgement.test_a_receipt_that_the_broker_did_not_take_is_published_again),
    (no_receipt_before_ack, test_acknowledgement.test_a_receipt_that_the_broker_did_not_take_is_published_again),
    (no_term_check, test_creator.test_nothing_is_created_when_the_term_is_lost),
    (no_term_check, test_creator.test_a_frozen_process_that_wakes_with_a_lost_term_creates_nothing),
    (no_quarantine_of_the_term, test_creator.test_the_late_create_of_the_former_term_is_found_not_doubled),
    (no_doubt, test_creator.test_after_an_unknown_outcome_the_object_that_appears_late_is_adopted),
    (no_memory_of_what_was_made, test_creator.test_a_search_that_lags_does_not_double_what_this_term_created),
    (no_pinned_start, _set_back),
    (
        no_list_of_the_beginning,
        test_creator.test_what_the_engine_listed_at_the_beginning_of_the_term_is_old_whatever_its_clock_says,
    ),
    (no_doubt, test_creator.test_a_next_generation_that_may_be_on_its_way_is_waited_for),
    (no_series, test_creator.test_two_deliveries_of_one_order_at_once_make_one_object),
    (no_series, test_responder.test_answers_of_one_instance_go_one_after_another_those_of_others_side_by_side),
    (no_comparison_of_keys, test_creator.test_a_search_that_ignores_the_filter_adopts_nothing_that_is_not_ours),
    (no_comparison_of_keys, _filter_ignored),
    (no_installation_in_the_key, _strangers),
    (mark_before_the_object_exists, test_way.test_everything_is_thrown_away_and_the_processes_go_on),
    (one_observation, _jump),
    (no_brake, _everything_hidden),
    (no_whole_picture, _twin_refused),
    (bpmn_error_always, _uncaught),
    (nothing_is_stale, test_responder.test_a_failure_of_one_order_does_not_undo_what_another_made),
    (nothing_is_stale, _stale_refusal),
    (no_void_orders, test_creator.test_an_order_that_outlived_its_lease_makes_nothing_for_a_cancelled_task),
    (no_proof_of_a_cancellation, _unproved),
    (no_circuit, _probe),
    (no_repeats, _repeated),
    (no_walk_over_open_objects, test_orphans.test_a_task_cancelled_during_a_restart_is_noticed),
    (no_giving_back, test_worker.test_a_graceful_stop_gives_unpublished_leases_back_and_only_those),
]


@pytest.mark.parametrize(
    ("switch", "scenario"), CONTROLS, ids=[f"{switch.__name__}-{scenario.__name__}" for switch, scenario in CONTROLS]
)
async def test_without_the_rule_its_scenario_goes_wrong(
    home: House, monkeypatch: pytest.MonkeyPatch, switch: Switch, scenario: Scenario
) -> None:
    switch(monkeypatch)
    await goes_wrong(scenario, home)


def test_every_control_names_a_scenario_that_is_run_with_the_rule_on() -> None:
    ran = vars(test_acknowledgement) | vars(test_creator) | vars(test_responder) | vars(test_way) | vars(test_worker)
    ran |= vars(test_outages) | vars(test_orphans)
    named = [scenario for _, scenario in CONTROLS if not scenario.__name__.startswith("_")]
    assert all(ran.get(scenario.__name__) is scenario for scenario in named)


@pytest.mark.parametrize("switch", [no_quarantine_of_the_term, no_doubt, no_memory_of_what_was_made])
async def test_a_storm_finds_the_rule_that_is_missing(monkeypatch: pytest.MonkeyPatch, switch: Switch) -> None:
    switch(monkeypatch)
    for seed in range(24):
        async with house() as home:
            try:
                await test_storm.test_whatever_happens_each_task_has_one_object_and_one_end(home, seed)
            except AssertionError:
                return
    pytest.fail("no storm of 24 noticed that the rule is off")
