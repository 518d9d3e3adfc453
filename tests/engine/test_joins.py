"""Parallel branches that end at once: the engine refuses most of them, and every refusal may be repeated."""

import asyncio
from datetime import timedelta
from secrets import token_hex

import pytest

from exchanger.domain.errors import Retry
from exchanger.domain.outcome import Completed
from exchanger.domain.task import ExternalTask
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.sandbox.engine import EngineProcess
from tests.engine.world import RealClock

BRANCHES = 5


def bpmn(key: str) -> bytes:
    branches = "".join(
        f"""<bpmn:sequenceFlow id="i{n}" sourceRef="split" targetRef="t{n}"/>
        <bpmn:serviceTask id="t{n}" camunda:type="external" camunda:topic="{key}"/>
        <bpmn:sequenceFlow id="o{n}" sourceRef="t{n}" targetRef="join"/>"""
        for n in range(BRANCHES)
    )
    return f"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
        xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="exchanger">
      <bpmn:process id="{key}" isExecutable="true" camunda:historyTimeToLive="1">
        <bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="split"/>
        <bpmn:parallelGateway id="split"/>{branches}<bpmn:parallelGateway id="join"/>
        <bpmn:sequenceFlow id="g" sourceRef="join" targetRef="e"/><bpmn:endEvent id="e"/>
      </bpmn:process></bpmn:definitions>""".encode()


@pytest.mark.engine
async def test_branches_that_end_together_all_get_through_by_repeating(engine_server: EngineProcess) -> None:
    key = f"j{token_hex(6)}"
    refusals = 0

    async def settle(task: ExternalTask) -> bool:
        nonlocal refusals
        while True:
            try:
                return await engine.settle(task, Completed())
            except Retry:
                refusals += 1

    async with RestEngine(EngineConnection(engine_server.url, key), RealClock()) as engine:
        await engine.admin.deploy(key, {"process.bpmn": bpmn(key)})
        instances = [await engine.admin.start(key) for _ in range(10)]
        taken = await engine.fetch([key], limit=100, lease=timedelta(minutes=1), wait=timedelta(0))
        assert len(taken) == BRANCHES * len(instances)

        assert all(await asyncio.gather(*(settle(fetched.task) for fetched in taken)))

        assert not [instance for instance in instances if await engine.admin.is_running(instance)]
        assert refusals > 0, "the engine refused nothing: this test no longer meets the race that it is about"
