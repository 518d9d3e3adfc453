from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from exchanger.connect import Call, Limiter, Limits
from exchanger.domain.key import Key
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, Order
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variable
from exchanger.sandbox.openproject import Instance, Person, RunningInstance, default_instance, standin
from exchanger.sandbox.openproject.model import WorkPackage
from exchanger.sandbox.openproject.seed import ADMIN, CLERK, REJECTED, TOKEN
from exchanger.systems.openproject import SYSTEM, CreateTask, OpenProjectOptions
from exchanger.systems.openproject.desk import Desk, open_desk
from exchanger.systems.openproject.settings import ApiKey
from exchanger.testing.contract import CallWorld, JumpClock, WorkWorld
from exchanger.testing.proxy import HttpFaultProxy

FAST: dict[str, Any] = {"timeout": 1.5, "requests_per_second": 10_000.0, "burst": 10_000.0, "page_size": 50}


def order(
    task_id: str = "task-1",
    *,
    variables: Mapping[str, Any] | None = None,
    topic: str = "op_create_task",
    **metadata: Any,
) -> Order:
    task = ExternalTask(
        id=task_id,
        topic=topic,
        process_instance_id="instance-1",
        process_definition_id="Process_1:1:abc",
        process_definition_key="Process_1",
        activity_id="Activity_1",
    )
    values = {"amount": 100} if variables is None else variables
    wrapped = {name: value if isinstance(value, Variable) else typed(value) for name, value in values.items()}
    return Order(task, "openproject", wrapped, Metadata(**({"activity_name": "Согласовать договор"} | metadata)))


class OpenProjectWorld(WorkWorld):
    create_path = r"/work_packages$"
    search_path = r"/work_packages(/\d+)?$"
    search_method = "GET"
    secret = TOKEN

    def __init__(
        self, instance: Instance, running: RunningInstance, proxy: HttpFaultProxy, desk: Desk, clock: JumpClock
    ) -> None:
        self.instance, self.running, self.proxy, self.desk, self.clock = instance, running, proxy, desk, clock
        self.work: CreateTask = CreateTask(desk)
        self.quarantine = desk.options.quarantine

    def person(self, number: int = ADMIN) -> Person:
        return Person(self.instance, self.instance.principals[number])

    def package(self, ref: ObjectRef) -> WorkPackage:
        return self.instance.work_packages[int(ref.id)]

    def order(self, task_id: str) -> Order:
        return order(task_id)

    def bad_order(self, task_id: str) -> tuple[Order, Sequence[str]]:
        wrong = {"dueDate": "после дождичка", "estimatedTime": "вечность", "relations": "рядом с тем"}
        return order(task_id, extension_properties=wrong), [*wrong]

    def title(self, ref: ObjectRef) -> str:
        return self.package(ref).subject

    def objects(self, key: Key) -> int:
        return sum(str(key) in map(str, each.custom.values()) for each in self.instance.work_packages.values())

    def finish(self, ref: ObjectRef) -> None:
        self.person().close(int(ref.id))

    def refuse(self, ref: ObjectRef) -> None:
        self.person().set_status(int(ref.id), REJECTED)

    def delete(self, ref: ObjectRef) -> None:
        self.person().delete(int(ref.id))

    def strangers(self, count: int) -> None:
        for number in range(count):
            self.person(CLERK).create("main", f"Чужая задача {number}")

    def lag(self, seconds: float) -> None:
        self.instance.faults.search_lag = type(self.instance.faults.search_lag)(seconds=seconds)

    def ignore_search(self) -> None:
        self.instance.faults.ignored_filters |= {each.attribute for each in self.instance.custom_fields.values()}

    def notices(self, ref: ObjectRef) -> int:
        return len(self.comments(ref))

    def comments(self, ref: ObjectRef) -> list[str]:
        return [each.comment for each in self.instance.activities if str(each.work_package) == ref.id and each.comment]


@asynccontextmanager
async def open_world(
    *, instance: Instance | None = None, clock: JumpClock | None = None, **options: Any
) -> AsyncIterator[OpenProjectWorld]:
    clock = clock or JumpClock()
    instance = instance or default_instance(clock=clock.now)
    async with standin(instance) as running, HttpFaultProxy(running.url) as proxy:
        given: dict[str, Any] = {"login": ApiKey(TOKEN), "projects": ("main",)} | FAST | options
        settings = OpenProjectOptions(url=proxy.url_for(running.url), **given)
        limiter = Limiter(Limits(per_second=settings.requests_per_second, burst=settings.burst))
        async with open_desk(settings, limiter, clock) as desk:
            yield OpenProjectWorld(instance, running, proxy, desk, clock)


class ProjectWorld(CallWorld):
    path = r"/projects$"
    secret = TOKEN

    def __init__(self, instance: Instance, proxy: HttpFaultProxy, call: Call) -> None:
        self.instance, self.proxy, self.call = instance, proxy, call
        self._before = len(instance.projects)

    def order(self, task_id: str) -> Order:
        return order(task_id, topic="op_create_project", variables={"projectName": "Стройка"})

    def bad_order(self, task_id: str) -> tuple[Order, Sequence[str]]:
        wrong = {"projectName": "x" * 256, "projectPublic": "возможно", "projectCustom": "Заказчик"}
        return order(task_id, topic="op_create_project", variables=wrong), [*wrong]

    def effects(self) -> int:
        return len(self.instance.projects) - self._before


@asynccontextmanager
async def open_project_world() -> AsyncIterator[ProjectWorld]:
    clock = JumpClock()
    instance = default_instance(clock=clock.now)
    async with standin(instance) as running, HttpFaultProxy(running.url) as proxy:
        options = OpenProjectOptions(url=proxy.url_for(running.url), login=ApiKey(TOKEN), projects=("main",), **FAST)
        async with SYSTEM.open(options, clock) as system:
            yield ProjectWorld(instance, proxy, system.calls["op_create_project"])
