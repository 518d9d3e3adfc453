"""Two duties of one system over RabbitMQ: the order "accept what is missing" is carried out once, by the active one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest

from exchanger.bus.rabbitmq import BrokerConnection, RabbitBus
from exchanger.domain.policy import Locks
from exchanger.domain.reconcile import Rules
from exchanger.domain.task import ExternalTask
from exchanger.roles.context import Context
from exchanger.roles.duty import Duty
from exchanger.roles.pause import accept_flag
from exchanger.roles.tracker import Pace
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.health import Condition, Health
from exchanger.testing.eventually import eventually
from exchanger.testing.memory_engine import MemoryEngine, MemoryEngineState
from exchanger.testing.memory_system import MEMORY_TOPIC, MemoryObjects, MemoryOptions, memory_system
from tests.roles.house import OURS, SYSTEM, WORKER, Diagrams

pytestmark = pytest.mark.rabbitmq

QUICK = Pace(poll=0.5, walk=0.5, sweep=0.5, share=1.0)
BRAKE = f"brake:{SYSTEM}"


@dataclass(slots=True)
class Process:
    """One duty with what a process has of its own."""

    bus: RabbitBus
    health: Health
    running: asyncio.Task[None]

    def brake_is(self, condition: Condition) -> bool:
        return condition in [part.condition for part in self.health.parts if part.name == BRAKE]

    async def kill(self) -> None:
        self.running.cancel()
        await asyncio.wait({self.running})


@asynccontextmanager
async def process(url: str, state: MemoryEngineState, objects: MemoryObjects) -> AsyncIterator[Process]:
    clock, health = SystemClock(), Health()
    async with RabbitBus(BrokerConnection.from_url(url)) as bus, memory_system(MemoryOptions(objects), clock) as system:
        await bus.connected()
        context = Context(OURS, MemoryEngine(state, WORKER), Diagrams(), bus, clock, health)
        one = Process(bus, health, asyncio.create_task(Duty(context, system, Rules(), QUICK).run()))
        try:
            yield one
        finally:
            await one.kill()


async def made(state: MemoryEngineState, objects: MemoryObjects) -> ExternalTask:
    engine = MemoryEngine(state, WORKER)
    task = state.add_task(MEMORY_TOPIC, {})
    objects.add(str(OURS.key(task.id)))
    state.tasks[task.id] = task
    await engine.hold(task, Locks().long)
    return task


async def test_the_order_to_accept_is_carried_out_once_and_a_takeover_does_not_inherit_it(vhost: str) -> None:
    clock = SystemClock()
    state, objects = MemoryEngineState(clock), MemoryObjects(clock)
    async with AsyncExitStack() as stack:
        for _ in range(30):
            await made(state, objects)
        first = await stack.enter_async_context(process(vhost, state, objects))
        await eventually(lambda: first.brake_is(Condition.UP), within=20)
        second = await stack.enter_async_context(process(vhost, state, objects))
        # Given thirty objects that vanish at once: the active one stops
        for found in list(objects.all):
            objects.hide(found.id)
        await eventually(lambda: first.brake_is(Condition.DOWN), within=20)
        # When the operator accepts it
        await second.bus.raise_flag(accept_flag(SYSTEM))
        # Then the active one goes on, the sign is down, and the other one never began to act
        await eventually(lambda: first.brake_is(Condition.UP), within=20)
        assert not await second.bus.is_raised(accept_flag(SYSTEM))
        assert BRAKE not in [part.name for part in second.health.parts]
        # And who takes over knows nothing of it: what is missing stops the system again
        await first.kill()
        await eventually(lambda: second.brake_is(Condition.DOWN), within=20)
