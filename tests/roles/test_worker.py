"""The worker: fetches by the window, publishes what it took, gives back what it could not."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from exchanger.domain.errors import Reject, Retry, Suspended
from exchanger.domain.outcome import Failure
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variable, VariableType
from exchanger.roles.pause import Pause, Scope
from exchanger.roles.worker import Window
from exchanger.testing.clock import settle
from tests.roles.house import QUEUE, House, always, fail, nothing


async def test_the_window_leaves_the_rest_in_the_engine(home: House) -> None:
    # Given more tasks than the window, and nobody who creates
    home.window = Window(most=20, per_fetch=8)
    tasks = [home.task() for _ in range(50)]
    # When the worker runs for long
    home.start(home.worker().run)
    await home.clock.advance(60)
    # Then the queue holds the window, and the engine keeps the rest unlocked
    assert await home.bus.depth(QUEUE) == 20
    assert sum(home.state.tasks[task.id].worker_id is None for task in tasks) == 30


async def test_a_topic_that_nobody_serves_is_never_fetched(home: House) -> None:
    # Given a task of another topic beside one of ours
    other = home.state.add_task("send_email")
    ours = home.task()
    # When the worker runs
    home.start(home.worker().run)
    await home.clock.advance(30)
    # Then only ours is taken
    assert home.state.tasks[ours.id].worker_id == "worker"
    assert home.state.tasks[other.id].worker_id is None


async def test_orders_are_kept_and_published_when_the_broker_is_back(home: House) -> None:
    # Given a broker that goes away between the fetch and the publication
    tasks = [home.task() for _ in range(5)]
    home.bus.before = lambda call: setattr(home.bus, "down", True) if call.startswith("publish memory") else None
    home.start(home.worker().run)
    await home.clock.advance(120)
    assert home.bus.waiting(QUEUE) == 0
    # When it comes back after two minutes
    home.bus.before, home.bus.down = nothing, False
    await home.clock.advance(16)
    # Then all five orders are there, once
    assert len(home.bus.published[f"{QUEUE.removesuffix('.queue')}.memory_task"]) == len(tasks)


async def test_after_half_the_lease_the_tasks_are_given_back_and_come_again_at_once(home: House) -> None:
    # Given a broker that is away for longer than half the lease
    task = home.task()
    home.bus.before = lambda call: setattr(home.bus, "down", True) if call.startswith("publish memory") else None
    home.start(home.worker().run)
    await home.clock.advance(home.locks.lease.total_seconds() / 2 + 60)
    # Then the engine has the task back, and nothing is fetched meanwhile
    assert home.state.tasks[task.id].locked_until < home.state.now()  # type: ignore[operator]
    # When the broker is back
    home.bus.before, home.bus.down = nothing, False
    await home.clock.advance(16)
    # Then its order goes out without waiting for the lease
    assert await home.bus.depth(QUEUE) == 1


async def test_a_graceful_stop_gives_unpublished_leases_back_and_only_those(home: House) -> None:
    # Given five tasks of which the broker took two
    tasks = [home.task() for _ in range(5)]
    taken: list[str] = []

    def two(call: str) -> None:
        taken.append(call)
        if len(taken) > 2:
            raise Retry("нет связи с брокером.")

    home.bus.before = two
    home.start(home.worker().run)
    await settle()
    # When the worker is stopped
    await home.stop()
    await home.clock.advance(1)
    # Then three are free again, and the published ones keep their lease
    held = [home.state.tasks[task.id].locked_until for task in tasks]
    assert sum(until is not None and until > home.state.now() for until in held) == 2
    assert await home.bus.depth(QUEUE) == 2


async def test_a_stop_between_the_poll_and_the_first_publication_gives_everything_back(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given a poll that brought a task, and an operator's flag that takes its time to be read
    task = home.task()
    asked = asyncio.Event()

    async def scope(_self: Pause) -> Scope:
        if home.state.tasks[task.id].worker_id is not None:
            asked.set()
            await asyncio.Event().wait()
        return Scope.NOTHING

    monkeypatch.setattr(Pause, "scope", scope)
    home.start(home.worker().run)
    await asyncio.wait_for(asked.wait(), 5)
    # When the worker is stopped
    await home.stop()
    await home.clock.advance(1)
    # Then the task is free at once
    assert home.state.tasks[task.id].locked_until < home.state.now()  # type: ignore[operator]


async def test_a_stop_ends_although_a_task_is_no_longer_ours(home: House) -> None:
    # Given a task in hand that another worker has taken meanwhile
    task = home.task()
    home.bus.before = always(lambda: Retry("нет связи с брокером."), at="publish memory.memory_task")
    home.start(home.worker().run)
    await settle()
    home.state.tasks[task.id] = replace(home.state.tasks[task.id], worker_id="stranger")
    # When the worker is stopped, then it stops (House.stop fails otherwise)
    await home.stop()
    assert home.state.tasks[task.id].worker_id == "stranger"


async def test_a_poisonous_order_becomes_an_incident_and_its_neighbours_go_on(home: House) -> None:
    # Given a variable that cannot be written between two healthy tasks
    before = home.task()
    poison = home.state.add_task("memory_task", {"x": Variable(VariableType.INTEGER, 1)})
    home.state.instances[poison.process_instance_id]["x"] = Variable(VariableType.DATE, object())  # type: ignore[arg-type]
    after = home.task()
    # When the worker takes them
    home.start(home.worker().run)
    await home.clock.advance(1)
    # Then the healthy ones are ordered, and the poisonous one is an incident with a copy for people
    assert await home.bus.depth(QUEUE) == 2
    assert [incident.id for incident in home.state.incidents] == [poison.id]
    assert [record.task_id for record in home.errors()] == [poison.id]
    assert not home.state.tasks[before.id].is_incident
    assert not home.state.tasks[after.id].is_incident


async def test_one_diagram_that_cannot_be_had_delays_only_its_own_tasks(home: House) -> None:
    # Given a definition whose diagram the engine does not give, and a healthy one
    def broken(definition: str) -> None:
        if definition == "broken:1:x":
            raise Retry("движок не отдал диаграмму.")

    home.diagrams.before = broken
    poor = home.task(process_definition_id="broken:1:x")
    home.start(home.worker().run)
    await home.clock.advance(1)
    # When healthy tasks appear afterwards
    for _ in range(3):
        home.task()
        await home.clock.advance(1)
    # Then they are ordered at once
    assert await home.bus.depth(QUEUE) == 3
    # When the diagram can be had again
    home.diagrams.before = nothing
    await home.clock.advance(45)
    # Then the poor one follows, and no attempt was spent
    assert await home.bus.depth(QUEUE) == 4
    assert home.state.tasks[poor.id].retries is None


async def test_a_diagram_that_is_rejected_is_an_incident(home: House) -> None:
    # Given a definition whose diagram cannot be read for good
    home.diagrams.before = always(lambda: Reject("диаграмма испорчена."))
    task = home.task()
    # When its task is taken
    home.start(home.worker().run)
    await home.clock.advance(1)
    # Then it is an incident with the reason
    [failure] = home.failures(task)
    assert failure == Failure("Заявка не отправлена: диаграмма испорчена.", "", 0)


async def test_an_incident_that_the_engine_does_not_take_now_stops_nobody(home: House) -> None:
    # Given a rejected diagram of a suspended process
    def broken(definition: str) -> None:
        if definition == "broken:1:x":
            raise Reject("диаграмма испорчена.")

    home.diagrams.before = broken
    home.state.before = always(lambda: Suspended("процесс приостановлен."), at="settle")
    poor = home.task(process_definition_id="broken:1:x")
    home.start(home.worker().run)
    await home.clock.advance(1)
    # When a healthy task appears
    home.task()
    await home.clock.advance(1)
    # Then it is ordered at once, and the poor one comes again after its lease
    assert await home.bus.depth(QUEUE) == 1
    home.state.before = nothing
    await home.clock.advance(home.locks.lease.total_seconds() + 15)
    assert home.state.tasks[poor.id].is_incident


async def test_a_task_that_appears_is_ordered_without_waiting(home: House) -> None:
    # Given a worker in its long poll
    home.start(home.worker().run)
    await home.clock.advance(3)
    # When a task appears
    home.task("сейчас", local_variables={"x": typed(1)})
    await settle()
    # Then its order is there in the same moment
    assert await home.bus.depth(QUEUE) == 1


async def test_a_lost_answer_of_a_fetch_heals_by_the_lease(home: House) -> None:
    # Given a fetch whose answer is lost after the engine has locked the task
    task = home.task()
    home.state.after = fail(Retry("связь оборвалась."), at="fetch")
    home.start(home.worker().run)
    await home.clock.advance(60)
    assert await home.bus.depth(QUEUE) == 0
    # When the lease is over
    await home.clock.advance(home.locks.lease.total_seconds())
    # Then the task is ordered, once
    assert await home.bus.depth(QUEUE) == 1
    assert home.state.tasks[task.id].retries is None


async def test_a_worker_that_is_cancelled_while_it_fetches_stops_at_once(home: House) -> None:
    # Given a worker in its long poll
    [running] = home.start(home.worker().run)
    await settle()
    # When it is cancelled
    running.cancel()
    await asyncio.wait({running}, timeout=1)
    # Then it has stopped
    assert running.cancelled()
