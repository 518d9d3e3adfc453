"""An author's function: its signature says what it needs, its return value becomes variables."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from exchanger.connect import BLIND, REPEATABLE, OpenSystem, System
from exchanger.connect.call import variables_of
from exchanger.domain.errors import Reject
from exchanger.domain.key import Key
from exchanger.domain.task import Order
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variables, VariableType
from exchanger.telemetry.clock import SystemClock
from tests.connect.orders import KEY, order


class Sum(BaseModel):
    a: int
    b: int = 1


SERVICE: System[str, str] = System("service")


@SERVICE.call("sync", promise=REPEATABLE)
def add(numbers: Sum) -> dict[str, Any]:
    return {"sum": numbers.a + numbers.b, "thread": threading.current_thread().name}


@SERVICE.call("everything", promise=BLIND)
async def everything(numbers: Sum, client: str, key: Key, given: Order) -> Sum:
    assert (client, key, given.task.id) == ("settings", KEY, "task-1")
    return numbers


@SERVICE.call("bare", promise=REPEATABLE)
async def bare() -> None:
    await asyncio.sleep(0)


@SERVICE.call("stops", promise=REPEATABLE)
def stops() -> None:
    next(iter(()))


async def run(topic: str, **variables: int) -> Variables:
    async with SERVICE.open("settings", SystemClock()) as opened:
        call = opened.calls[topic]
        return await call.run(call.prepare(order(variables)), order(variables), KEY)


async def test_a_sync_function_runs_in_a_thread_of_its_own() -> None:
    assert await run("sync", a=2) == {"sum": typed(3), "thread": typed("call:add")}


async def test_parameters_are_filled_by_their_annotations_and_a_model_becomes_variables() -> None:
    assert await run("everything", a=5) == {"a": typed(5), "b": typed(1)}


async def test_a_function_may_need_and_return_nothing() -> None:
    assert await run("bare") == {}


async def test_an_error_in_a_thread_arrives_as_it_is_and_stop_iteration_as_an_error() -> None:
    with pytest.raises(RuntimeError, match="StopIteration"):
        await run("stops")


def test_a_signature_that_cannot_be_filled_is_refused_when_it_is_declared() -> None:
    def two(first: Sum, second: str, third: str) -> None:
        """Which of the two is the client?"""

    def untyped(first: Sum, second) -> None:  # type: ignore[no-untyped-def]
        """What is the second?"""

    for function in (two, untyped):
        with pytest.raises(TypeError, match="подпись"):
            System[str, str]("bad").call("topic", promise=REPEATABLE)(function)


@pytest.mark.parametrize("returned", [{"x": object()}, {"x": float("nan")}, {"x": [{1, 2}]}, {"": 1}, ["x"], "text"])
def test_a_result_that_cannot_be_handed_over_is_an_incident(returned: Any) -> None:
    with pytest.raises(Reject, match="результат нельзя передать"):
        variables_of(returned, "f")


def test_results_keep_their_types() -> None:
    found = variables_of({"at": datetime(2026, 1, 1, tzinfo=UTC), "n": None, "doc": {"a": [1]}}, "f")
    assert [value.type for value in found.values()] == [VariableType.DATE, VariableType.NULL, VariableType.JSON]


async def test_topics_are_works_and_calls_and_a_topic_of_the_settings_is_served_by_its_beginning() -> None:
    async with SERVICE.open("settings", SystemClock(), ["sync_prices"]) as opened:
        assert isinstance(opened, OpenSystem)
        assert opened.topics == ["bare", "everything", "stops", "sync", "sync_prices"]
        assert opened.calls["sync_prices"] is opened.calls["sync"]
    assert SERVICE.topics["everything"] is BLIND
