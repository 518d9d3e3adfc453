"""Contents of File variables: read for a call that names them, before anything is done, within a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from exchanger.connect import BLIND, CONTENT, Limits, System
from exchanger.domain.errors import Retry
from exchanger.domain.task import ExternalTask, Order
from exchanger.domain.typed import typed
from exchanger.domain.variables import PlainValue, Variable, Variables, VariableType
from exchanger.ports import Delivery
from exchanger.roles import files
from exchanger.roles.caller import Caller
from exchanger.wire import decode_order, encode_order
from tests.roles.calls import Calls, Effects
from tests.roles.house import QUEUE, SYSTEM, WORKER, FakeTerm, House, fail, nothing

TOPIC = "archive"
SERVICE: System[dict[str, Any], dict[str, Any]] = System(SYSTEM, limits=lambda _: Limits(1e6, 1e6, 8))


class Page(BaseModel):
    variable: Annotated[str | None, CONTENT] = None


class Paper(BaseModel):
    scan: Annotated[str, CONTENT]
    pages: list[Page] = Field(default_factory=list)


@SERVICE.call(TOPIC, promise=BLIND)
async def archive(_paper: Paper, got: dict[str, Any], order: Order) -> None:
    got.update({name: variable.value for name, variable in order.variables.items()})


class Papers(Calls):
    """The calls' house with this system; `got` is what the function saw."""

    got: dict[str, Any]

    async def asked(self, kept: Mapping[str, PlainValue | Variable]) -> ExternalTask:
        values = {name: value if isinstance(value, Variable) else typed(value) for name, value in kept.items()}
        self.home.state.add_task(TOPIC, values)
        return await self.taken(TOPIC)

    async def handled(self, task: ExternalTask, variables: Variables) -> None:
        body = encode_order(Order(task, SYSTEM, variables), worker_id=WORKER, now=self.home.clock.now())
        caller = Caller(self.home.context, self.home.system, FakeTerm(self.home.clock.monotonic()), asyncio.Event())
        await caller.handle(Delivery(body, QUEUE))


@pytest.fixture
async def papers(home: House) -> Papers:
    made = Papers(home, Effects())
    made.got = {}
    home.system = await home.stack.enter_async_context(SERVICE.open(made.got, home.clock))
    return made


def file(content: bytes | None) -> Variable:
    return Variable(VariableType.FILE, content, {"filename": "a.pdf"})


SEEN: Variables = {
    "scan": typed("paper"),
    "pages": typed([{"variable": "first"}, {"variable": "text"}]),
    "paper": file(None),
    "first": file(None),
    "other": file(None),
    "text": typed("строка"),
}
KEPT: Mapping[str, PlainValue | Variable] = {
    "paper": file(b"%PDF"),
    "first": file(b"page"),
    "other": file(b"nobody asked"),
    "text": "строка",
}


async def test_a_call_gets_the_files_that_its_parameters_name_and_no_others(papers: Papers) -> None:
    task = await papers.asked(KEPT)

    await papers.handled(task, SEEN)

    assert (papers.got["paper"], papers.got["first"], papers.got["text"]) == (b"%PDF", b"page", "строка")
    assert papers.got["other"] is None


async def test_the_content_does_not_travel_back_with_the_answer(papers: Papers) -> None:
    task = await papers.asked(KEPT)

    await papers.handled(task, SEEN)

    (answer,) = papers.home.bus.published["camunda.responses.queue"]
    assert b"JVBERg" not in answer.body  # base64 of %PDF
    assert b"%PDF" not in answer.body


@pytest.mark.parametrize("most", [3, 7])
async def test_files_larger_than_the_limit_are_an_incident_before_anything_is_done(
    papers: Papers, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is that of all the files together: each of these two has four bytes."""
    monkeypatch.setattr(files, "LARGEST", most)
    task = await papers.asked(KEPT)

    await papers.handled(task, SEEN)
    await papers.work(60)

    assert "больше" in papers.incident(task)
    assert papers.got == {}


async def test_a_file_that_is_gone_is_an_incident(papers: Papers) -> None:
    task = await papers.asked({})

    await papers.handled(task, SEEN)
    await papers.work(60)

    assert "paper" in papers.incident(task)
    assert papers.got == {}


async def test_an_engine_that_does_not_give_a_file_costs_an_attempt_and_is_no_doubt(papers: Papers) -> None:
    # Given an engine that answers and does not give the file
    task = await papers.asked(KEPT)
    papers.home.state.before = fail(Retry("движок не отдаёт файла."), at="file")
    # When the order comes, it is not repeated unseen: the engine counts it and shows why
    await papers.handled(task, SEEN)
    await papers.work(5)
    counted = papers.home.state.tasks[task.id]
    assert papers.got == {}
    assert counted.retries == papers.home.context.retries.attempts - 1
    assert counted.error_message == "движок не отдаёт файла."
    # Then the next attempt makes the call
    papers.home.state.before = nothing
    await papers.home.clock.advance(papers.home.locks.lease.total_seconds())
    await papers.handled(await papers.taken(TOPIC), SEEN)
    assert papers.got["paper"] == b"%PDF"


async def test_an_outage_of_the_engine_costs_a_call_with_files_no_attempt(papers: Papers) -> None:
    task = await papers.asked(KEPT)
    papers.home.state.before = fail(Retry("движок не отвечает."), at="get")
    with pytest.raises(Retry):
        await papers.handled(task, SEEN)
    assert papers.home.state.tasks[task.id].retries is None
    assert papers.got == {}


def test_a_file_without_content_survives_the_way_through_the_broker(home: House) -> None:
    task = home.state.add_task(TOPIC, {"paper": file(b"%PDF")})
    message = encode_order(Order(task, SYSTEM, {"paper": file(None)}), worker_id=WORKER, now=home.clock.now())

    assert decode_order(message.body).variables["paper"].type is VariableType.FILE
