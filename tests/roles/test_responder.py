"""The responder: what the engine is told, and what never."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from exchanger.domain.errors import DatabaseRefused, NextStepRefused, OutcomeUnknown, Reject, Retry
from exchanger.domain.outcome import Completed, Failed, Failure, Outcome, Refused, Settlement
from exchanger.domain.task import ExternalTask, ObjectRef, Order
from exchanger.domain.typed import typed
from exchanger.ports import Delivery, Message
from exchanger.testing.clock import settle
from exchanger.wire import Response, encode_response
from exchanger.wire.names import ERRORS_QUEUE
from tests.roles.house import SYSTEM, House, always, fail, nothing

QUEUE = "camunda.responses.queue"
YES = Completed({"answer": typed("да")})
REF = ObjectRef(SYSTEM, "1")
UNKNOWN = "Unknown property used in expression: ${task2 == 'да'}"


def answer(home: House, task: ExternalTask, outcome: Outcome, ref: ObjectRef | None = REF) -> Delivery:
    now = home.clock.now()
    return Delivery(encode_response(Response(Order(task, SYSTEM), outcome, at=now, ref=ref), now=now), QUEUE)


async def handle(home: House, delivery: Delivery, *, within: int = 20) -> None:
    """Handle one message while time goes on, `within` seconds."""
    handling = asyncio.create_task(home.responder().handle(delivery))
    for _ in range(within):
        await home.clock.advance(1)
        if handling.done():
            break
    await handling


async def test_an_answer_completes_the_task(home: House) -> None:
    task, _ = await home.made()
    await handle(home, answer(home, task, YES))
    assert home.settlements(task) == [YES]


async def test_an_answer_for_a_task_that_is_gone_is_done(home: House) -> None:
    task, _ = await home.made()
    home.state.cancel(task.id)
    await handle(home, answer(home, task, YES))
    assert not home.settlements(task)


async def test_a_task_that_nobody_holds_is_locked_and_completed(home: House) -> None:
    task, _ = await home.made()
    home.state.unlock(task.id)
    await handle(home, answer(home, task, YES))
    assert home.settlements(task) == [YES]


async def test_a_task_of_another_worker_is_left_alone_and_said_loudly(home: House, logged: list[str]) -> None:
    task, _ = await home.made()
    home.state.unlock(task.id)
    other = type(home.engine)(home.state, "stranger")
    await other.fetch([task.topic], limit=1, lease=timedelta(hours=1), wait=timedelta())
    await handle(home, answer(home, task, YES))
    assert task.id in home.state.tasks
    assert "ERROR задачу держит другой работник, исход не передан" in logged


async def test_an_answer_to_a_suspended_process_is_dropped_and_repeated_by_the_tracker(home: House) -> None:
    # Given a made task of a suspended process, finished by a person
    await home.open_for_business()
    task = home.task()
    await home.clock.advance(2)
    home.state.suspend(task.process_instance_id)
    home.objects.finish(home.object(task).id, "да")
    await home.clock.advance(600)
    assert task.id in home.state.tasks
    # When the process is resumed
    home.state.suspend(task.process_instance_id, suspended=False)
    await home.clock.advance(600)
    # Then the answer arrives
    assert len(home.completed(task)) == 1


async def test_an_answer_on_its_way_when_the_process_is_suspended_is_acknowledged(home: House) -> None:
    task, _ = await home.made()
    home.state.suspend(task.process_instance_id)
    await handle(home, answer(home, task, YES))
    assert task.id in home.state.tasks


async def test_conflicts_of_parallel_branches_are_repeated_in_place(home: House) -> None:
    task, _ = await home.made()
    home.state.before = fail(*[Retry("OptimisticLockingException") for _ in range(4)], at="settle")
    await handle(home, answer(home, task, YES))
    assert home.settlements(task) == [YES]


async def test_an_unknown_outcome_is_told_again_and_found_done(home: House) -> None:
    # Given a complete whose answer was lost
    task, _ = await home.made()
    home.state.after = fail(OutcomeUnknown("связь оборвалась."), at="settle")
    with pytest.raises(OutcomeUnknown):
        await handle(home, answer(home, task, YES))
    # When the broker delivers the message again, then there is nothing left to do
    await handle(home, answer(home, task, YES))
    assert home.settlements(task) == [YES]


async def test_a_refused_next_step_is_an_incident_with_the_engines_message_and_completes_after_repair(
    home: House,
) -> None:
    # Given a gateway behind the task that cannot be evaluated
    def gateway(_task: ExternalTask, settlement: Settlement) -> None:
        if isinstance(settlement, Completed) and broken:
            raise NextStepRefused(UNKNOWN)

    broken = ["yes"]
    home.state.next_step = gateway
    await home.open_for_business()
    task = home.task()
    await home.clock.advance(2)
    home.objects.finish(home.object(task).id, "да")
    await home.clock.advance(60)
    # Then it is an incident with that message, and people have a copy
    assert home.failures(task) == [Failure(UNKNOWN, UNKNOWN, 0)]
    assert [record.reason for record in home.errors()] == [UNKNOWN]
    # When the operator repairs the process and retries
    broken.clear()
    home.state.set_retries(task.id, 1)
    await home.clock.advance(60)
    # Then it completes with the same answer, within seconds, and nothing was made again
    assert len(home.completed(task)) == 1
    home.object(task)


async def test_a_busy_database_of_the_engine_is_given_half_a_minute_before_it_is_an_incident(home: House) -> None:
    # Given an engine whose database refuses eight times, for a lock that somebody held
    task, _ = await home.made()
    home.state.before = fail(*[DatabaseRefused("persistence layer") for _ in range(8)], at="settle")
    await handle(home, answer(home, task, YES), within=40)
    # Then the outcome arrives, and nobody is called
    assert home.settlements(task) == [YES]
    assert not home.errors()


async def test_a_value_that_the_engine_refuses_is_an_incident(home: House) -> None:
    task, _ = await home.made()
    home.state.before = fail(Reject("Cannot convert value."), at="settle")
    await handle(home, answer(home, task, YES))
    assert home.failures(task) == [Failure("Cannot convert value.", "Cannot convert value.", 0)]


async def test_a_refusal_that_the_diagram_catches_is_a_bpmn_error(home: House) -> None:
    home.diagrams.catches = frozenset({"DECLINED"})
    task, _ = await home.made()
    await handle(home, answer(home, task, Refused("DECLINED", "отказ")))
    assert home.settlements(task) == [Refused("DECLINED", "отказ")]


@pytest.mark.parametrize("catches", [frozenset[str](), frozenset({"OTHER"})])
async def test_a_refusal_that_nobody_catches_is_an_incident_and_never_a_bpmn_error(
    home: House, catches: frozenset[str]
) -> None:
    home.diagrams.catches = catches
    task, _ = await home.made()
    await handle(home, answer(home, task, Refused("DECLINED", "Исполнитель отказался.")))
    assert home.settlements(task) == [Failure("Исполнитель отказался. Диаграмма не ловит ошибку DECLINED.", "", 0)]
    assert [record.task_id for record in home.errors()] == [task.id]


async def test_a_caught_all_refusal_is_a_bpmn_error(home: House) -> None:
    home.diagrams.catches = frozenset({"*"})
    task, _ = await home.made()
    await handle(home, answer(home, task, Refused("DECLINED", "отказ")))
    assert home.refusals(task)


async def test_a_failure_of_creation_costs_one_attempt_and_comes_back_by_the_engine(home: House) -> None:
    task = await home.fetched()
    await handle(home, answer(home, task, Failed("занято.", retry_in=timedelta(seconds=5)), ref=None))
    assert home.failures(task) == [Failure("занято.", "", 2, timedelta(seconds=5))]
    assert not home.errors()


async def test_the_last_attempt_is_an_incident_with_a_copy_that_names_the_cause(home: House) -> None:
    # Given a system that fails for good with something that may be tried again
    await home.open_for_business()
    home.objects.before = always(lambda: Retry("база портала занята."), at="create")
    # When a task is tried as often as the installation says
    task = home.task()
    await home.clock.advance(120)
    # Then three attempts were made, with growing pauses; it is an incident, and one copy has the real cause
    assert [(failure.retries, failure.retry_in.total_seconds()) for failure in home.failures(task)] == [
        (2, 5), (1, 10), (0, 20),
    ]  # fmt: skip
    assert home.state.tasks[task.id].is_incident
    assert [(record.task_id, record.reason) for record in home.errors()] == [(task.id, "база портала занята.")]
    # When the operator retries after repair
    home.objects.before = nothing
    home.state.set_retries(task.id, 1)
    await home.clock.advance(120)
    # Then the object is made
    home.object(task)


@pytest.mark.parametrize("outcome", [Failed("занято.", retry_in=timedelta(seconds=5)), Failed("нельзя.")])
async def test_a_failure_that_was_counted_already_is_dropped(home: House, outcome: Failed) -> None:
    # Given a failure message that the broker delivers twice
    task = await home.fetched()
    for _ in range(2):
        await handle(home, answer(home, task, outcome, ref=None))
    # Then one attempt is spent
    assert len(home.failures(task)) == 1


async def test_a_failure_of_one_order_does_not_undo_what_another_made(home: House) -> None:
    # Given two orders of one task: one failed, the other was made and marked meanwhile
    task = await home.fetched()
    await home.engine.hold(task, home.locks.long)
    # When the failure arrives late
    await handle(home, answer(home, task, Failed("занято.", retry_in=timedelta(seconds=5)), ref=None))
    # Then the long lock stands
    assert home.is_made(task)
    assert not home.failures(task)


@pytest.mark.parametrize("caught", [False, True])
async def test_a_refusal_from_before_the_operators_retry_is_dropped(home: House, caught: bool) -> None:
    # Given a refusal that was told already, and an operator who has retried since
    task, _ = await home.made()
    late = answer(home, task, Refused("DECLINED", "отказ"))
    home.state.set_retries(task.id, 1)
    home.diagrams.catches = frozenset({"DECLINED"}) if caught else frozenset()
    # When the same message comes again
    await handle(home, late)
    # Then the new try is not disturbed
    assert not home.settlements(task)


async def test_a_direct_failure_of_a_foreign_system_is_not_taken_for_stale(home: House) -> None:
    # Given a task with a spent attempt, and an answer that says nothing but its id
    task = await home.fetched()
    home.state.set_retries(task.id, 2)
    body = f'{{"task_id": "{task.id}", "response_type": "failure", "error_message": "нет", "retry_timeout": 1000}}'
    # When it arrives
    await handle(home, Delivery(Message(body.encode()), QUEUE))
    # Then it is counted
    assert [failure.retries for failure in home.failures(task)] == [1]


async def test_answers_of_one_instance_go_one_after_another_those_of_others_side_by_side(home: House) -> None:
    # Given a slow engine, three branches of one instance and one task of another
    inside: list[str] = []
    seen: list[set[str]] = []
    branches = [(await home.made(process_instance_id="one"))[0] for _ in range(3)]
    other, _ = await home.made(process_instance_id="two")
    responder, original = home.responder(), home.engine.settle

    async def slow(task: ExternalTask, settlement: Settlement) -> bool:
        inside.append(task.process_instance_id)
        seen.append(set(inside))
        assert inside.count("one") <= 1
        await home.clock.sleep(1)
        inside.remove(task.process_instance_id)
        return await original(task, settlement)

    home.engine.settle = slow  # type: ignore[method-assign]
    # When all four are answered at once
    handling = asyncio.gather(*(responder.handle(answer(home, task, YES)) for task in (*branches, other)))
    await home.clock.advance(5)
    await handling
    # Then the branches went in series, and the other one beside them
    assert {"one", "two"} in seen
    assert not home.state.tasks


async def test_a_message_that_nothing_can_be_made_of_is_dead_with_its_reason(home: House) -> None:
    home.start(home.responder().run)
    await home.bus.publish(home.context.names.responses_address, Message(b'{"task_id": ""}'))
    await settle()
    assert await home.bus.depth(ERRORS_QUEUE) == 1


async def test_an_engine_that_is_away_stops_the_consumption_and_loses_nothing(home: House, logged: list[str]) -> None:
    # Given an engine that is away for three days while answers come
    tasks = [(await home.made())[0] for _ in range(50)]
    home.start(home.responder().run)
    await settle()
    home.state.before = always(lambda: Retry("движок не отвечает."))
    for task in tasks:
        await home.bus.publish(home.context.names.responses_address, answer(home, task, YES).message)
    await home.clock.advance(3 * 24 * 3600)
    # When it is back
    home.state.before = nothing
    await home.clock.advance(16)
    # Then all answers have arrived within seconds
    assert not home.state.tasks
    # And the outage was said once when it began and once when it ended
    assert sum("не работает" in line for line in logged) == 1
    assert sum("снова работает" in line for line in logged) == 1
