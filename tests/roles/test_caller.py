"""Calls: a BLIND one is made at most once whatever dies and when; a REPEATABLE one at least once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from exchanger.connect import Call
from exchanger.domain.errors import BusinessError, OutcomeUnknown, Reject, Retry, SystemPaused, TermLost
from exchanger.domain.outcome import Completed
from exchanger.domain.policy import Locks
from exchanger.domain.task import Order
from exchanger.domain.typed import typed
from exchanger.roles.caller import Caller, Done
from exchanger.testing.clock import settle
from exchanger.wire import Response, decode_response
from tests.roles.calls import BLIND_TOPIC, LIMIT, REPEAT_TOPIC, Calls, calls_in
from tests.roles.house import QUEUE, Crash, FakeTerm, House, always, fail, nothing

LONG = 900.0
"""Seconds in which all that heals by itself has healed: the lease of these tests is three minutes."""
ANSWER = "publish camunda.responses.queue"

STEPS = ["before get", "before hold", "after hold", "check", "before effect", "after effect", "before publish"]


@pytest.fixture
async def calls(home: House) -> Calls:
    home.locks = Locks(lease=timedelta(minutes=3))
    return await calls_in(home)


class DyingTerm(FakeTerm):
    async def check(self) -> None:
        raise Crash


def crash_at(calls: Calls, step: str) -> FakeTerm | None:
    """Set the trap; the term to give to the caller."""
    when, _, what = step.partition(" ")
    if step == "check":
        return DyingTerm(0.0)
    if what == "effect":
        setattr(calls.effects, when, always(Crash))
    elif what == "publish":
        calls.home.bus.before = always(Crash, at=ANSWER)
    else:
        setattr(calls.home.state, when, fail(Crash(), at=what))
    return None


async def die(calls: Calls, topic: str, step: str) -> Any:
    """One order, whose process dies at this step; then all traps are gone."""
    task = await calls.fetched(topic)
    dying = calls.caller(crash_at(calls, step))
    with pytest.raises(Crash):
        await dying.handle(calls.delivery(task))
    calls.effects.before = calls.effects.after = calls.home.bus.before = nothing
    calls.home.state.before = calls.home.state.after = nothing
    return task


def patient(calls: Calls) -> Caller:
    """A caller whose calls may last for hours."""
    context = replace(calls.home.context, call_limit=timedelta(hours=3))
    return Caller(context, calls.home.system, FakeTerm(0.0), asyncio.Event())


async def recover(calls: Calls, task: Any, *, lost: bool) -> None:
    """New processes; the message is delivered again, or the broker was wiped."""
    if not lost:
        address = calls.home.context.names.order_address("memory", task.topic)
        await calls.home.bus.publish(address, calls.delivery(task).message)
    await calls.work(LONG)


@pytest.mark.parametrize("lost", [False, True], ids=["redelivered", "lost"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_blind_call_is_never_made_twice_and_never_forgotten(calls: Calls, step: str, lost: bool) -> None:
    # Given a process that died at this step of a BLIND call
    task = await die(calls, BLIND_TOPIC, step)
    # When new processes work for a while
    await recover(calls, task, lost=lost)
    # Then it was made at most once, and the task is either completed or before a person's eyes
    assert calls.effects.done[task.id] <= 1
    if task.id in calls.home.state.tasks:
        assert "Сомнительно" in calls.incident(task)
        assert step not in {"before get", "before hold"}, "surely not made: no person is needed"
    else:
        assert calls.effects.done[task.id] == 1


@pytest.mark.parametrize("lost", [False, True], ids=["redelivered", "lost"])
@pytest.mark.parametrize("step", ["before get", "before effect", "after effect", "before publish"])
async def test_a_repeatable_call_is_made_at_least_once(calls: Calls, step: str, lost: bool) -> None:
    task = await die(calls, REPEAT_TOPIC, step)
    await recover(calls, task, lost=lost)
    assert calls.effects.done[task.id] >= 1
    assert calls.home.completed(task) == [Completed({"sent": typed("привет")})]


async def test_control_a_mark_after_sending_makes_a_second_effect(
    calls: Calls, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a caller that sends first and marks afterwards
    async def careless(self: Caller, order: Order, call: Call, params: Any) -> Done:
        variables = await self._called(order, call, params)
        await self._context.engine.hold(order.task, self._context.locks.long)
        return Done(Completed(variables), marked=True)

    monkeypatch.setattr(Caller, "_run_blind", careless)
    # When its process dies after the effect
    task = await die(calls, BLIND_TOPIC, "after effect")
    await recover(calls, task, lost=False)
    # Then the promise is broken: the test above can fail
    assert calls.effects.done[task.id] == 2


async def test_an_operators_retry_of_a_doubtful_incident_makes_the_call_again(calls: Calls) -> None:
    # Given a doubtful incident
    task = await die(calls, BLIND_TOPIC, "before effect")
    await recover(calls, task, lost=False)
    assert calls.incident(task)
    # When the operator retries it
    calls.home.state.set_retries(task.id, 1)
    await calls.work(120)
    # Then it was made once, and the process went on
    assert calls.effects.done[task.id] == 1
    assert calls.home.completed(task)


async def test_the_mark_stands_before_the_effect(calls: Calls) -> None:
    task = await calls.fetched(BLIND_TOPIC)
    seen: list[bool] = []
    calls.effects.before = lambda _call: seen.append(calls.home.is_made(task))
    await calls.caller().handle(calls.delivery(task))
    assert seen == [True]


@pytest.mark.parametrize(
    "error", [OutcomeUnknown("ответа нет."), RuntimeError("что-то"), TimeoutError()], ids=lambda e: type(e).__name__
)
async def test_an_unknown_end_of_a_blind_call_is_a_doubt_and_no_repetition(calls: Calls, error: Exception) -> None:
    calls.effects.after = fail(error, at="call")
    task = await calls.fetched(BLIND_TOPIC)
    await recover(calls, task, lost=False)
    assert calls.effects.done[task.id] == 1
    assert "Сомнительно" in calls.incident(task)


async def test_a_blind_call_out_of_time_is_a_doubt(calls: Calls) -> None:
    calls.effects.seconds = LIMIT.total_seconds() + 1
    task = await calls.fetched(BLIND_TOPIC)
    await recover(calls, task, lost=False)
    assert calls.effects.done[task.id] == 0
    assert "60" in calls.incident(task)


async def test_a_retry_of_a_blind_call_takes_the_mark_back_and_is_counted_by_the_engine(calls: Calls) -> None:
    # Given a function that surely did nothing, twice
    calls.effects.before = fail(Retry("занято."), Retry("занято."), at="call")
    task = await calls.fetched(BLIND_TOPIC)
    # When the roles work
    await recover(calls, task, lost=False)
    # Then two attempts were counted, and the third did it
    assert [failure.retries for failure in calls.home.failures(task)] == [2, 1]
    assert calls.effects.done[task.id] == 1


async def test_a_paused_system_costs_a_blind_call_no_attempt(calls: Calls) -> None:
    calls.effects.before = fail(SystemPaused("обслуживание."), SystemPaused("обслуживание."), at="call")
    task = await calls.fetched(BLIND_TOPIC)
    await recover(calls, task, lost=False)
    assert not calls.home.failures(task)
    assert calls.effects.done[task.id] == 1


@pytest.mark.parametrize("topic", [BLIND_TOPIC, REPEAT_TOPIC])
async def test_a_business_error_is_a_bpmn_error_and_a_reject_an_incident(calls: Calls, topic: str) -> None:
    calls.home.diagrams.catches = frozenset({"NO_SUCH_CHAT"})
    calls.effects.before = fail(BusinessError("NO_SUCH_CHAT", "Чата нет."), Reject("Так нельзя."), at="call")
    refused, rejected = await calls.fetched(topic), await calls.fetched(topic)
    for task in (refused, rejected):
        await calls.caller().handle(calls.delivery(task))
    await calls.work(60)
    assert [refusal.code for refusal in calls.home.refusals(refused)] == ["NO_SUCH_CHAT"]
    assert calls.incident(rejected) == "Так нельзя."


async def test_bad_parameters_are_an_incident_before_anything_is_sent(calls: Calls) -> None:
    task = await calls.fetched(BLIND_TOPIC, "")
    await calls.caller().handle(calls.delivery(task, ""))
    await calls.work(60)
    assert "«text»: не задано" in calls.incident(task)
    assert not calls.effects.done


async def test_a_long_repeatable_call_keeps_its_lease(calls: Calls) -> None:
    # Given a call that lasts for twenty leases
    calls.effects.seconds = 3600
    task = await calls.fetched(REPEAT_TOPIC)
    caller = patient(calls)
    # When it runs
    running = asyncio.create_task(caller.handle(calls.delivery(task)))
    await calls.home.clock.advance(3500)
    # Then nobody else could fetch it
    assert not await calls.home.engine.fetch([REPEAT_TOPIC], limit=1, lease=timedelta(1), wait=timedelta())
    await calls.home.clock.advance(200)
    await running
    assert calls.effects.done[task.id] == 1


async def test_a_repeatable_call_whose_task_was_cancelled_is_stopped(calls: Calls) -> None:
    calls.effects.seconds = 3600
    task = await calls.fetched(REPEAT_TOPIC)
    caller = patient(calls)
    running = asyncio.create_task(caller.handle(calls.delivery(task)))
    await settle()
    calls.home.state.cancel(task.id)
    await calls.home.clock.advance(1900)
    assert running.done()
    assert not calls.effects.done
    assert not calls.home.bus.published["camunda.responses.queue"]


async def test_a_repeatable_call_out_of_time_is_tried_again_until_its_attempts_end(calls: Calls) -> None:
    calls.effects.seconds = LIMIT.total_seconds() + 1
    task = await calls.fetched(REPEAT_TOPIC)
    await recover(calls, task, lost=False)
    assert [failure.retries for failure in calls.home.failures(task)] == [2, 1, 0]


async def test_an_outage_of_the_engine_at_the_mark_is_no_doubt(calls: Calls) -> None:
    # Given an engine that marks, but whose answer is lost
    caller = calls.caller()
    calls.home.state.after = fail(OutcomeUnknown("нет ответа."), at="hold")
    task = await calls.fetched(BLIND_TOPIC)
    with pytest.raises(OutcomeUnknown):
        await caller.handle(calls.delivery(task))
    # When the message is delivered again to the same process
    await caller.handle(calls.delivery(task))
    # Then the call is made
    assert calls.effects.done[task.id] == 1


async def test_an_outage_of_the_broker_after_the_effect_is_no_doubt_for_the_same_process(calls: Calls) -> None:
    caller = calls.caller()
    calls.home.bus.before = fail(Retry("нет связи."), at=ANSWER)
    task = await calls.fetched(BLIND_TOPIC)
    with pytest.raises(Retry):
        await caller.handle(calls.delivery(task))
    await caller.handle(calls.delivery(task))
    await calls.work(60)
    assert calls.effects.done[task.id] == 1
    assert calls.home.completed(task)


async def test_a_second_order_of_a_made_call_repeats_its_answer_and_doubts_nothing(calls: Calls) -> None:
    # Given a call that was made, whose answer the engine has not got yet
    caller = calls.caller()
    task = await calls.fetched(BLIND_TOPIC)
    await caller.handle(calls.delivery(task))
    # When another order of the same task comes, of another lease
    assert task.locked_until is not None
    other = replace(task, locked_until=task.locked_until - timedelta(minutes=5))
    await caller.handle(calls.delivery(other))
    # Then both say that it is done
    answers = [decode_response(message.body) for message in calls.home.bus.published["camunda.responses.queue"]]
    assert [type(answer.outcome) for answer in answers if isinstance(answer, Response)] == [Completed, Completed]
    assert calls.effects.done[task.id] == 1


async def test_a_lost_term_sends_nothing(calls: Calls) -> None:
    task = await calls.fetched(BLIND_TOPIC)
    with pytest.raises(TermLost):
        await calls.caller(FakeTerm(0.0, gone=True)).handle(calls.delivery(task))
    assert not calls.effects.done


async def test_orders_of_gone_suspended_or_overtaken_tasks_run_nothing(calls: Calls) -> None:
    gone, suspended, counted = [await calls.fetched(BLIND_TOPIC) for _ in range(3)]
    calls.home.state.cancel(gone.id)
    calls.home.state.suspend(suspended.process_instance_id)
    calls.home.state.set_retries(counted.id, 2)
    caller = calls.caller()
    for task in (gone, suspended, counted):
        await caller.handle(calls.delivery(task))
    assert not calls.effects.done
    assert await calls.home.bus.depth(QUEUE) == 0


async def test_an_answer_dropped_for_a_suspended_process_is_given_when_it_resumes(calls: Calls) -> None:
    # Given a BLIND call during which the process was suspended, so that its answer was dropped
    home = calls.home
    home.start(calls.worker().run, home.responder().run, home.duty().run)
    task = home.state.add_task(BLIND_TOPIC, {"text": typed("привет")})
    calls.effects.after = lambda _call: home.state.suspend(task.process_instance_id)
    await home.clock.advance(30)
    assert calls.effects.done[task.id] == 1
    assert not home.settlements(task)
    # When it is resumed
    home.state.suspend(task.process_instance_id, suspended=False)
    await home.clock.advance(600)
    # Then the process gets its answer, and no person is asked
    assert home.completed(task)
    assert not home.failures(task)
