"""Lessons B of the predecessor that concern the roles: work that got lost or stuck."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from exchanger.bus.memory import MemoryBus
from exchanger.bus.topology import topology
from exchanger.domain.errors import Retry
from exchanger.domain.typed import typed
from exchanger.ports import Message
from exchanger.testing.clock import settle
from exchanger.wire.names import ERRORS_QUEUE, Names, queue_of, receipt_address
from tests.roles.house import QUEUE, SENT, SYSTEM, House, always, fail, nothing

RESPONSES = "camunda.responses.queue"


async def test_b1_more_than_fifty_open_tasks_are_watched_fairly(home: House) -> None:
    # Given 500 open tasks of which the last 60 were finished while nobody watched
    made = [await home.made() for _ in range(500)]
    for _, found in made[-60:]:
        home.objects.finish(found.id, "да")
    # When everything starts
    home.start_all()
    await home.clock.advance(10)
    # Then all 60 are answered in the first moments, by a handful of calls
    assert len(home.state.settled) == 60
    assert home.objects.calls["find"] + home.objects.calls["read"] <= 500 / 50


async def test_b1_deletions_among_five_hundred_are_seen_wherever_they_are(home: House) -> None:
    # Given 500 open tasks, watched in chunks of 50
    home.pace = type(home.pace)(chunk=50)
    made = [await home.made() for _ in range(500)]
    home.start_all()
    await home.clock.advance(10)
    # When objects at the beginning, in the middle and at the end are deleted
    for number in (0, 250, 499):
        home.objects.delete(made[number][1].id)
    await home.clock.advance(3 * home.pace.sweep)
    # Then those three, and no others, are incidents
    assert {task.id for task in home.state.incidents} == {made[number][0].id for number in (0, 250, 499)}


async def test_b1_an_answer_among_five_hundred_costs_one_cycle_not_five_hundred_calls(home: House) -> None:
    # Given 500 open tasks
    made = [await home.made() for _ in range(500)]
    home.start_all()
    await home.clock.advance(10)
    before = home.objects.calls.total()
    # When one of them is finished
    home.objects.finish(made[-1][1].id, "да")
    await home.clock.advance(home.pace.poll + 1)
    # Then one cycle of the changes brings it
    assert len(home.state.settled) == 1
    assert home.objects.calls.total() - before <= 4


async def test_b2_an_answer_that_was_not_published_is_not_forgotten(home: House) -> None:
    # Given a broker that does not take the answer
    task, found = await home.made()
    home.start(home.tracker().run)
    await home.clock.advance(2)
    home.bus.before = fail(Retry("нет связи с брокером."), at=f"publish {RESPONSES}")
    home.objects.finish(found.id, "да")
    # When it takes it again
    await home.clock.advance(2 * home.pace.poll)
    # Then the answer is there, once
    assert [message.correlation_id for message in home.bus.published[RESPONSES]] == [task.id]


async def test_b3_poison_among_the_receipts_is_put_aside_and_its_neighbours_go_on(home: House) -> None:
    # Given poison before and after a healthy receipt
    creator = home.creator()
    await home.clock.advance(10)
    task = await home.fetched()
    await home.bus.publish(receipt_address(SYSTEM), Message(b"{not json"))
    await creator.handle(home.delivery(task))
    await home.bus.publish(receipt_address(SYSTEM), Message(b"[]"))
    # When the tracker takes them
    home.start(home.tracker().run)
    await settle()
    # Then the healthy one is marked, and the poison lies with its reason and its body
    assert home.is_made(task)
    assert home.bus.waiting(SENT) == 0
    assert [(record.source_queue, record.original) for record in home.errors()] == [(SENT, b"{not json"), (SENT, b"[]")]


async def test_b3_poison_among_the_orders_too(home: House) -> None:
    home.start_all()
    await home.clock.advance(10)
    await home.bus.publish(home.context.names.order_address(SYSTEM, "memory_task"), Message(b"{not json"))
    task = home.task()
    await home.clock.advance(2)
    assert home.is_made(task)
    assert [record.original for record in home.errors()] == [b"{not json"]


async def test_b4_a_crash_between_fetch_and_publication_heals_by_itself(home: House) -> None:
    # Given tasks that were fetched by a process that died, and a wiped broker
    tasks = [await home.fetched() for _ in range(10)]
    # When everything starts
    home.start_all()
    await home.clock.advance(home.locks.lease.total_seconds() + 100)
    # Then all are made, once
    assert all(home.is_made(task) for task in tasks)
    assert set(home.objects.creates.values()) == {1}


async def test_b5_an_object_without_a_published_receipt_is_tracked_after_all(home: House) -> None:
    # Given a broker that goes away just when the object was created
    await home.open_for_business()
    home.bus.before = always(lambda: Retry("нет связи с брокером."), at=f"publish {SENT}")
    task = home.task()
    await home.clock.advance(30)
    assert not home.is_made(task)
    # When it is back
    home.bus.before = nothing
    await home.clock.advance(40)
    # Then the object is the same one, and its answer arrives
    assert home.is_made(task)
    home.objects.finish(home.object(task).id, "да")
    await home.clock.advance(home.pace.poll + 2)
    assert len(home.completed(task)) == 1


async def test_b6_a_final_failure_is_not_acknowledged_before_its_copy_is_stored(home: House) -> None:
    # Given an order that nobody can fulfil, and an errors queue that takes nothing now
    await home.open_for_business()
    home.bus.before = always(lambda: Retry("нет связи с брокером."), at=f"publish {ERRORS_QUEUE}")
    stray = home.task()
    home.system.works.pop("memory_task")  # type: ignore[attr-defined]
    await home.clock.advance(30)
    assert not home.failures(stray)
    # When it takes it
    home.bus.before = nothing
    await home.clock.advance(40)
    # Then the copy is there with the cause, and the engine shows the incident
    assert [record.task_id for record in home.errors()] == [stray.id]
    assert home.state.tasks[stray.id].is_incident


async def test_b6_a_malformed_message_keeps_its_body(home: House) -> None:
    home.start(home.duty().run)
    await settle()
    await home.bus.publish(home.context.names.order_address(SYSTEM, "memory_task"), Message(b'{"topic": "x"}'))
    await settle()
    [record] = home.errors()
    assert (record.original, record.source_queue, record.kind) == (b'{"topic": "x"}', QUEUE, "missing_task_id")


async def test_b7_a_short_outage_of_the_engine_sends_no_answer_to_the_errors_queue(home: House) -> None:
    # Given finished work while the engine restarts
    made = [await home.made() for _ in range(20)]
    await home.open_for_business()
    home.state.before = always(lambda: Retry("движок перезапускается."), at="settle")
    for _, found in made:
        home.objects.finish(found.id, "да")
    await home.clock.advance(300)
    # When it is up again
    home.state.before = nothing
    await home.clock.advance(40)
    # Then all answers are taken, and the errors queue is empty
    assert len(home.state.settled) == 20
    assert not home.errors()


async def test_b10_attempts_run_out_and_a_person_is_called(home: House) -> None:
    # Given a task that fails every time
    await home.open_for_business()
    home.objects.before = always(lambda: Retry("занято."), at="create")
    task = home.task()
    # When time passes
    await home.clock.advance(3600)
    # Then the attempts were counted down, and the engine shows an incident with the cause
    assert [failure.retries for failure in home.failures(task)] == [2, 1, 0]
    assert home.state.tasks[task.id].error_message == "занято."
    assert [incident.id for incident in home.state.incidents] == [task.id]


async def test_b13_answers_are_not_taken_in_tens_a_minute(home: House) -> None:
    # Given 300 objects that are finished in the same minute
    made = [await home.made() for _ in range(300)]
    await home.open_for_business()
    for _, found in made:
        home.objects.finish(found.id, "да")
    # When one cycle passes
    await home.clock.advance(home.pace.poll + 2)
    # Then all are answered
    assert len(home.completed(made[0][0])) == 1
    assert len(home.state.settled) == 300
    assert home.state.instances[made[-1][0].process_instance_id]["task"] == typed("да")


@pytest.mark.parametrize("topic", ["send_telegram", "email_notify", "python_service", "http_request"])
async def test_b11_every_topic_of_the_python_services_reaches_their_queue(topic: str) -> None:
    # Given the broker's objects as every service declares them
    bus = MemoryBus(layout=topology(["python-services"]))
    # When an order of that topic is published
    await bus.publish(Names().order_address("python-services", topic), Message(b"{}", "task"))
    # Then it waits where the service consumes
    assert await bus.depth(queue_of("python-services")) == 1


async def test_b12_a_task_that_a_person_works_on_for_months_is_never_taken_for_stuck(home: House) -> None:
    # Given a task that was made eleven months ago; nothing about it is in any queue
    task, found = await home.made()
    home.state.tasks[task.id] = replace(home.state.tasks[task.id], created=home.state.now() - timedelta(days=335))
    await home.engine.hold(task, timedelta(days=29))
    # When every process starts anew and works for hours
    home.start_all()
    await home.clock.advance(2 * 3600)
    # Then it is not ordered again, failed or unlocked; its lock was renewed, and its answer goes
    assert not any(home.bus.published.values())
    assert not home.settlements(task)
    assert home.object(task) == found
    left = home.state.tasks[task.id].locked_until - home.state.now()  # type: ignore[operator]
    assert left > timedelta(days=360)
    home.objects.finish(found.id, "да")
    await home.clock.advance(home.pace.poll + 2)
    assert len(home.completed(task)) == 1
