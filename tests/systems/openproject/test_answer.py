"""What the process gets: its variables, a refusal, or an incident that says what to do — never a guess."""

from __future__ import annotations

from typing import Any

import pytest

from exchanger.domain.outcome import Completed, Failed, Outcome, Refused
from exchanger.domain.task import Metadata, ObjectRef, ObjectState
from exchanger.domain.variables import VariableType
from exchanger.sandbox.openproject.model import Status
from exchanger.sandbox.openproject.seed import CLERK, IN_PROGRESS, REJECTED
from tests.systems.openproject.world import OpenProjectWorld, open_world, order


async def answer(world: OpenProjectWorld, ref: ObjectRef, fields: str = "") -> Outcome:
    (found,) = await world.work.read([ref])
    metadata = Metadata(extension_properties={"resultFields": fields} if fields else {})
    return await world.work.answer(found, order().task, metadata)


async def test_a_closed_task_names_itself(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.finish(made.ref)
    outcome = await answer(world, made.ref)
    assert isinstance(outcome, Completed)
    assert {name: variable.value for name, variable in outcome.variables.items()} == {
        "op_task_id": made.ref.id,
        "op_task_subject": "Согласовать договор",
        "op_task_status": "Closed",
    }


@pytest.mark.parametrize(
    ("field", "stored", "name", "kind", "value"),
    [
        (2, 2, "Решение", VariableType.STRING, "Нет"),
        (3, [3, 4], "Отделы", VariableType.JSON, ["Юристы", "Финансы"]),
        (4, "Текст", "Пояснение", VariableType.STRING, "Текст"),
        (5, 10.5, "Сумма", VariableType.DOUBLE, 10.5),
        (6, 7, "Количество", VariableType.INTEGER, 7),
        (7, True, "Срочно", VariableType.BOOLEAN, True),
        (8, "2026-12-31", "Дата договора", VariableType.STRING, "2026-12-31"),
        (9, CLERK, "Куратор", VariableType.STRING, "Кирилл Клерк"),
        (11, 22, "Раздел", VariableType.STRING, "Связь"),
    ],
)
async def test_a_field_becomes_a_variable_of_its_kind(
    world: OpenProjectWorld, field: int, stored: Any, name: str, kind: VariableType, value: Any
) -> None:
    made = await world.make("task-1")
    world.person().fill(int(made.ref.id), field, stored)
    world.finish(made.ref)
    outcome = await answer(world, made.ref, f"out={name}")
    assert isinstance(outcome, Completed)
    assert (outcome.variables["out"].type, outcome.variables["out"].value) == (kind, value)


async def test_an_empty_field_is_an_incident_and_an_optional_one_is_null(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.finish(made.ref)
    refused = await answer(world, made.ref, "decision=Решение")
    assert isinstance(refused, Failed)
    assert "не заполнено" in refused.message
    assert made.ref.link in refused.message
    outcome = await answer(world, made.ref, "decision=Решение?")
    assert isinstance(outcome, Completed)
    assert outcome.variables["decision"].type is VariableType.NULL


async def test_zero_and_no_are_answers(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.person().fill(int(made.ref.id), 6, 0)
    world.person().fill(int(made.ref.id), 7, value=False)
    world.finish(made.ref)
    outcome = await answer(world, made.ref, "count=Количество, urgent=Срочно")
    assert isinstance(outcome, Completed)
    assert (outcome.variables["count"].value, outcome.variables["urgent"].value) == (0, False)


async def test_a_field_that_the_task_has_not_is_an_incident(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.finish(made.ref)
    refused = await answer(world, made.ref, "x=Небывалое")
    assert isinstance(refused, Failed)
    assert "Небывалое" in refused.message


async def test_a_refused_status_is_the_diagrams_business(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.refuse(made.ref)
    outcome = await answer(world, made.ref)
    assert isinstance(outcome, Refused)
    assert outcome.code == "OPENPROJECT_REFUSED"


async def test_without_refused_statuses_every_closed_one_is_done() -> None:
    async with open_world(refused_statuses=frozenset()) as world:
        made = await world.make("task-1")
        world.refuse(made.ref)
        assert isinstance(await answer(world, made.ref), Completed)


async def test_a_refused_status_may_be_named_by_number_and_be_open() -> None:
    async with open_world(refused_statuses=frozenset({str(IN_PROGRESS)})) as world:
        made = await world.make("task-1")
        world.person().set_status(int(made.ref.id), IN_PROGRESS)
        (found,) = await world.work.read([made.ref])
        assert found.state is ObjectState.REFUSED


async def test_a_status_made_a_minute_ago_is_understood(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.instance.statuses[20] = Status(20, "Archived", closed=True)
    world.clock.jump(31)
    world.person().set_status(int(made.ref.id), 20)
    (found,) = await world.work.read([made.ref])
    assert found.state is ObjectState.FINISHED


async def test_an_unknown_status_never_answers_a_process(world: OpenProjectWorld) -> None:
    made = await world.make("task-1")
    world.instance.statuses[20] = Status(20, "Archived", closed=True)
    world.person().set_status(int(made.ref.id), 20)  # within the half-minute in which the list is not read again
    (found,) = await world.work.read([made.ref])
    assert found.state is ObjectState.OPEN
    assert REJECTED in world.instance.statuses
