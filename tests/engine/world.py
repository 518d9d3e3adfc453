"""One face of the three engines for the contract suite."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from secrets import token_hex
from typing import Any, Protocol

from exchanger.domain.errors import NextStepRefused
from exchanger.domain.outcome import Completed, Refused, Settlement
from exchanger.domain.task import ExternalTask
from exchanger.domain.typed import to_rest, typed
from exchanger.domain.variables import PlainValue, Variable, Variables
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.engine.http import Request
from exchanger.ports import Engine
from exchanger.testing.memory_engine import MemoryEngine, MemoryEngineState
from exchanger.testing.memory_state import stored
from tests.engine.process import ERROR_CODE, bpmn


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class World(Protocol):
    """A process of its own: task `topic`, then `next_topic`; the BPMN error NO leads to `error_topic`.

    With `go="inside"`, `next_topic` comes twice, each in a subprocess of its own.
    """

    topic: str
    next_topic: str
    error_topic: str

    async def engine(self, worker: str = ..., *, tenant: str | None = ..., page_size: int = ...) -> Engine: ...

    async def start(self, *, tenant: str | None = None, priority: int = 0, **variables: PlainValue) -> str: ...

    async def keep(self, task: ExternalTask, name: str, variable: Variable) -> None: ...

    async def keep_around(self, task: ExternalTask, name: str, variable: Variable) -> None:
        """Into the subprocess that the task is in."""

    async def cancel(self, instance: str) -> None: ...

    async def suspend(self, instance: str, *, suspended: bool) -> None: ...

    async def unlock(self, task: ExternalTask) -> None: ...

    async def allow_retry(self, task: ExternalTask) -> None: ...

    async def is_running(self, instance: str) -> bool: ...

    async def variables(self, instance: str) -> Variables: ...

    async def notes(self, task: ExternalTask) -> dict[str, PlainValue]: ...


class RestWorld:
    def __init__(self, url: str, tenants: tuple[str, str]) -> None:
        self.key = f"p{token_hex(6)}"
        self.topic, self.next_topic, self.error_topic = (f"{self.key}-{task}" for task in "abc")
        self._url = url
        self._opened: list[RestEngine] = []
        self._by_tenant: dict[str | None, RestEngine] = {}
        self._tenants = (None, *tenants)

    async def open(self) -> None:
        for tenant in self._tenants:
            client = RestEngine(EngineConnection(self._url, "operator", tenant), RealClock())
            self._opened.append(await client.__aenter__())
            self._by_tenant[tenant] = client
            await client.admin.deploy(self.key, {"process.bpmn": bpmn(self.key)})

    async def close(self) -> None:
        for client in self._opened:
            await client.__aexit__(None, None, None)

    async def engine(self, worker: str = "w", *, tenant: str | None = None, page_size: int = 1000) -> RestEngine:
        settings = EngineConnection(self._url, f"{self.key}-{worker}", tenant, page_size=page_size)
        client = await RestEngine(settings, RealClock()).__aenter__()
        self._opened.append(client)
        return client

    @property
    def operator(self) -> RestEngine:
        return self._by_tenant[None]

    async def start(self, *, tenant: str | None = None, priority: int = 0, **variables: PlainValue) -> str:
        values = {"go": "on", "priority": priority, **variables}
        return await self._by_tenant[tenant].admin.start(
            self.key, {name: typed(value) for name, value in values.items()}
        )

    async def keep(self, task: ExternalTask, name: str, variable: Variable) -> None:
        answer = await self.operator._tasks.note(task.execution_id, {name: to_rest(variable)})
        assert answer.done

    async def keep_around(self, task: ExternalTask, name: str, variable: Variable) -> None:
        path = ("process-instance", task.process_instance_id, "activity-instances")
        root: Any = (await self.operator._http.send(Request("GET", path))).body
        (repeated,) = root["childActivityInstances"]
        (scope,) = (
            inside["executionIds"]
            for inside in repeated["childActivityInstances"]
            if task.activity_instance_id in {child["id"] for child in inside["childActivityInstances"]}
        )
        assert (await self.operator._tasks.note(scope[0], {name: to_rest(variable)})).done

    async def cancel(self, instance: str) -> None:
        assert await self.operator.admin.delete(instance)

    async def suspend(self, instance: str, *, suspended: bool) -> None:
        await self.operator.admin.suspend(instance, suspended=suspended)

    async def unlock(self, task: ExternalTask) -> None:
        await self.operator.admin.unlock(task.id)

    async def allow_retry(self, task: ExternalTask) -> None:
        await self.operator.admin.set_retries(task.id, 1)

    async def is_running(self, instance: str) -> bool:
        return await self.operator.admin.is_running(instance)

    async def variables(self, instance: str) -> Variables:
        return await self.operator.admin.final_variables(instance)

    async def notes(self, task: ExternalTask) -> dict[str, PlainValue]:
        found = await self.operator.admin.local_variables(task.execution_id)
        return {name: variable.value for name, variable in found.items()}


class MemoryWorld:
    topic, next_topic, error_topic = "a", "b", "c"

    def __init__(self) -> None:
        self.state = MemoryEngineState(RealClock(), next_step=self._next_step)

    def _next_step(self, task: ExternalTask, settlement: Settlement) -> None:
        instance = task.process_instance_id
        match settlement:
            case Completed() if task.topic == self.topic:
                times = {"on": 1, "inside": 2}.get(str(self.state.instances[instance]["go"].value))
                if times is None:
                    raise NextStepRefused("No outgoing sequence flow")
                for _ in range(times):
                    self.state.add_task(self.next_topic, process_instance_id=instance, tenant_id=task.tenant_id)
            case Refused(code=code) if code == ERROR_CODE and task.topic == self.topic:
                self.state.add_task(self.error_topic, process_instance_id=instance, tenant_id=task.tenant_id)

    async def engine(self, worker: str = "w", *, tenant: str | None = None, page_size: int = 1000) -> MemoryEngine:
        return MemoryEngine(self.state, worker, tenant_id=tenant, page_size=page_size)

    async def start(self, *, tenant: str | None = None, priority: int = 0, **variables: PlainValue) -> str:
        values = {name: typed(value) for name, value in {"go": "on", **variables}.items()}
        task = self.state.add_task(self.topic, values, tenant_id=tenant, priority=priority)
        return task.process_instance_id

    def _task_of(self, instance: str) -> ExternalTask:
        return next(task for task in self.state.tasks.values() if task.process_instance_id == instance)

    async def keep(self, task: ExternalTask, name: str, variable: Variable) -> None:
        self.state.local_variables[task.id] = {**self.state.local_variables[task.id], name: stored(variable)}

    async def keep_around(self, task: ExternalTask, name: str, variable: Variable) -> None:
        self.state.local_variables[task.id] = {name: stored(variable), **self.state.local_variables[task.id]}

    async def cancel(self, instance: str) -> None:
        self.state.cancel(self._task_of(instance).id)

    async def suspend(self, instance: str, *, suspended: bool) -> None:
        self.state.suspend(instance, suspended=suspended)

    async def unlock(self, task: ExternalTask) -> None:
        self.state.unlock(task.id)

    async def allow_retry(self, task: ExternalTask) -> None:
        self.state.set_retries(task.id, 1)

    async def is_running(self, instance: str) -> bool:
        return any(task.process_instance_id == instance for task in self.state.tasks.values())

    async def variables(self, instance: str) -> Variables:
        return self.state.instances[instance]

    async def notes(self, task: ExternalTask) -> dict[str, PlainValue]:
        return dict(self.state.notes.get(task.id, {}))


@asynccontextmanager
async def rest_world(url: str, tenants: tuple[str, str]) -> AsyncIterator[RestWorld]:
    world = RestWorld(url, tenants)
    try:
        await world.open()
        yield world
    finally:
        await world.close()
