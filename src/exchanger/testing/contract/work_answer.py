"""Исход: что вернётся процессу."""

from __future__ import annotations

from dataclasses import replace

import pytest

from exchanger.domain.errors import Retry, SystemPaused
from exchanger.domain.outcome import Completed, Refused
from exchanger.domain.task import Metadata, ObjectState
from exchanger.domain.typed import to_rest
from exchanger.domain.variables import VariableType
from exchanger.testing.contract.trouble import SWIFT, SWIFT_IDS, Trouble
from exchanger.testing.contract.watching import answer_of
from exchanger.testing.contract.world import WorkWorld


class AnswerCases:
    """Исход: что вернётся процессу."""

    async def test_a_finished_object_answers_with_its_own_variables_only(self, world: WorkWorld) -> None:
        """Исход несёт только свои переменные."""
        made = await world.make("task-1")
        world.finish(made.ref)
        outcome = await answer_of(world, made.ref)
        assert isinstance(outcome, Completed)
        own = {VariableType.STRING, VariableType.JSON, VariableType.NULL}
        assert {variable.type for variable in outcome.variables.values()} <= own
        assert not set(outcome.variables) & set(world.order("task-1").variables)

    async def test_a_refusal_is_the_diagrams_business_and_the_object_can_come_back(self, world: WorkWorld) -> None:
        """Отказ решает диаграмма, объект можно вернуть."""
        made = await world.make("task-1")
        world.refuse(made.ref)
        assert isinstance(await answer_of(world, made.ref), Refused)
        if await world.work.reopen(made.ref, "Процесс повторяет задачу."):
            (again,) = await world.work.read([made.ref])
            assert again.state is ObjectState.OPEN

    @pytest.mark.parametrize("trouble", SWIFT, ids=SWIFT_IDS)
    async def test_an_answer_in_trouble_is_the_answer_or_a_wait(self, world: WorkWorld, trouble: Trouble) -> None:
        """Беда не меняет исхода: он тот же или его ждут."""
        made = await world.make("task-1")
        world.finish(made.ref)
        (found,) = await world.work.read([made.ref])
        task = world.order("task-1").task
        usual = await world.work.answer(found, task, Metadata())
        world.proxy.arm(replace(trouble.fault("", None), times=None))
        try:
            troubled = await world.work.answer(found, task, Metadata())
        except (Retry, SystemPaused):
            return
        assert troubled == usual

    async def test_the_answer_can_be_sent_to_the_engine(self, world: WorkWorld) -> None:
        """Каждую переменную исхода принимает движок."""
        made = await world.make("task-1")
        world.finish(made.ref)
        outcome = await answer_of(world, made.ref)
        assert isinstance(outcome, Completed)
        assert all("value" in to_rest(variable) for variable in outcome.variables.values())

    async def test_the_same_object_gives_the_same_answer(self, world: WorkWorld) -> None:
        """Исход не зависит от того, который раз его спросили."""
        made = await world.make("task-1")
        world.finish(made.ref)
        assert await answer_of(world, made.ref) == await answer_of(world, made.ref)
