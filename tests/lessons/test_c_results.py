"""Lessons C of the predecessor that concern the roles: wrong business results."""

from __future__ import annotations

from exchanger.domain.errors import NextStepRefused
from exchanger.domain.outcome import Completed, Settlement
from exchanger.domain.task import ExternalTask
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variable, VariableType
from tests.roles.house import House


async def test_c1_the_second_answer_of_a_loop_counts(home: House) -> None:
    # Given an instance in which the same step was answered "no" before
    await home.open_for_business()
    home.state.instances["loop"] = {"task": typed("нет")}
    task = home.task("ещё раз", process_instance_id="loop")
    await home.clock.advance(2)
    # When the person says yes this time
    home.objects.finish(home.object(task).id, "ДА")
    await home.clock.advance(home.pace.poll + 2)
    # Then the process hears yes
    assert home.state.instances["loop"]["task"] == typed("ДА")


async def test_c2_nothing_that_was_fetched_is_written_back(home: House) -> None:
    # Given variables of every kind, a local input, and a parallel branch that changes one of them meanwhile
    await home.open_for_business()
    kinds = {
        "count": Variable(VariableType.INTEGER, 7),
        "data": Variable(VariableType.JSON, {"a": 1}),
        "old": typed("до"),
    }
    home.state.instances["branches"] = dict(kinds)
    task = home.task("ветвь", process_instance_id="branches", local_variables={"input": typed("только здесь")})
    await home.clock.advance(2)
    home.state.instances["branches"]["old"] = typed("изменила другая ветвь")
    # When the task is answered days later
    home.objects.finish(home.object(task).id, "да")
    await home.clock.advance(home.pace.poll + 2)
    # Then only the answer's own variables were written; types and the other branch's change stand
    [outcome] = home.completed(task)
    assert set(outcome.variables) == {"memory_id", "task"}
    assert not outcome.local_variables
    left = home.state.instances["branches"]
    assert {name: left[name] for name in kinds} == {**kinds, "old": typed("изменила другая ветвь")}
    assert "input" not in left


async def test_c5_an_absent_condition_variable_is_an_incident_that_says_so(home: House) -> None:
    # Given a gateway that asks for a variable which this path never set
    reason = "Unknown property used in expression: ${Activity_X == 'ok'}"

    def gateway(_task: ExternalTask, settlement: Settlement) -> None:
        if isinstance(settlement, Completed):
            raise NextStepRefused(reason)

    await home.open_for_business()
    home.state.next_step = gateway
    task = home.task()
    await home.clock.advance(2)
    # When the person finishes
    home.objects.finish(home.object(task).id, "да")
    await home.clock.advance(60)
    # Then nothing is lost: the incident names the property, a copy lies in the errors queue, the object is untouched
    assert home.state.tasks[task.id].error_message == reason
    assert [record.reason for record in home.errors()] == [reason]
    home.object(task)


async def test_c7_two_orders_and_a_half_built_object_end_as_one_whole_object(home: House) -> None:
    # Given an object that a crash left half built
    task = await home.fetched("Отчёт")
    found = home.objects.add(f"exch:prod:default:{task.id}")
    # When the order comes again, twice
    await home.clock.advance(6)
    creator = home.creator()
    for _ in range(2):
        await creator.handle(home.delivery(task, "Отчёт"))
    # Then it is adopted and completed
    home.object(task)
    assert (found.whole, found.title) == (True, "Отчёт")
