from collections.abc import Awaitable, Callable, Mapping, Sequence

import pytest

from exchanger.connect import OpenSystem
from exchanger.ops.rehearsal import Limits, Rehearsed, Scenario, open_rehearsal, prepare_bytes
from exchanger.sandbox.engine import EngineProcess
from exchanger.telemetry.clock import SystemClock

BRIEF = Limits(plays=40, seconds=20)

Explore = Callable[..., Awaitable[Rehearsed]]
Run = Callable[..., Awaitable[Rehearsed]]


def _exploring(url: str) -> Explore:
    async def explored(xml: bytes, limits: Limits = BRIEF, more: Mapping[str, bytes] | None = None) -> Rehearsed:
        prepared = prepare_bytes("drawn.bpmn", {"drawn.bpmn": xml, **(more or {})})
        async with open_rehearsal(prepared, url, SystemClock()) as rehearsal:
            return await rehearsal.explore(limits)

    return explored


@pytest.fixture
def explore(camunda: EngineProcess) -> Explore:
    """Explore a document; `more` — files of called processes."""
    return _exploring(camunda.url)


@pytest.fixture
def explore_on_both(engine_server: EngineProcess) -> Explore:
    """The same on each of the engines."""
    return _exploring(engine_server.url)


@pytest.fixture
def run(camunda: EngineProcess) -> Run:
    """Play scenarios given as dictionaries."""

    async def ran(xml: bytes, *scenarios: dict[str, object], systems: Sequence[OpenSystem] = ()) -> Rehearsed:
        prepared = prepare_bytes("drawn.bpmn", {"drawn.bpmn": xml})
        async with open_rehearsal(prepared, camunda.url, SystemClock(), systems) as rehearsal:
            return await rehearsal.run([Scenario.model_validate({"name": "проба", **one}) for one in scenarios])

    return ran
