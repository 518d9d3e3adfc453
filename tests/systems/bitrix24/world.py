from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from exchanger.connect import Limiter, Limits
from exchanger.domain.key import Key
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, Order
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variable
from exchanger.sandbox.bitrix24 import Portal, RunningPortal, default_portal, standin
from exchanger.sandbox.bitrix24.access import Access, Webhook
from exchanger.sandbox.bitrix24.model import Task
from exchanger.sandbox.bitrix24.person import Person
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK, ENGINEER, SECRET
from exchanger.systems.bitrix24 import BitrixOptions, CreateTask
from exchanger.systems.bitrix24.portal import Portal as Client
from exchanger.systems.bitrix24.portal import open_portal
from exchanger.testing.contract import JumpClock, WorkWorld
from exchanger.testing.proxy import HttpFaultProxy

FAST = {"timeout": 1.5, "create_timeout": 1.5, "requests_per_second": 10_000.0, "burst": 10_000.0}

__all__ = ["ADMIN", "CLERK", "ENGINEER", "BitrixWorld", "open_world", "order"]


def order(
    task_id: str = "task-1",
    *,
    variables: Mapping[str, Any] | None = None,
    topic: str = "bitrix_create_task",
    **metadata: Any,
) -> Order:
    values = {"startedBy": CLERK} if variables is None else variables
    task = ExternalTask(
        id=task_id,
        topic=topic,
        process_instance_id="instance-1",
        process_definition_id="Process_1:1:abc",
        process_definition_key="Process_1",
        activity_id="Activity_1",
    )
    wrapped = {name: value if isinstance(value, Variable) else typed(value) for name, value in values.items()}
    return Order(task, "bitrix24", wrapped, Metadata(**({"activity_name": "Согласовать договор"} | metadata)))


class BitrixWorld(WorkWorld):
    create_path = r"/tasks\.task\.add$"
    search_path = r"/(tasks\.task\.list|batch|tasks\.task\.get)$"
    secret = SECRET
    shows_what_was_told = False  # the new card of a task gives no comments by REST

    def __init__(
        self, portal: Portal, running: RunningPortal, proxy: HttpFaultProxy, client: Client, clock: JumpClock
    ) -> None:
        self.portal, self.running, self.proxy, self.client, self.clock = portal, running, proxy, client, clock
        self.work: CreateTask = CreateTask(client)
        self.quarantine = client.options.quarantine

    def person(self, user_id: int = ADMIN) -> Person:
        return Person(self.portal, self.portal.user(user_id))

    def task(self, ref: ObjectRef) -> Task:
        found = self.portal.store.get(int(ref.id))
        assert found is not None
        return found

    def order(self, task_id: str) -> Order:
        return order(task_id)

    def bad_order(self, task_id: str) -> tuple[Order, Sequence[str]]:
        wrong = {"deadline": "после дождичка", "priority": "срочно", "groupId": "наша"}
        return order(task_id, variables={}, extension_properties=wrong), [*wrong, "BITRIX_DEFAULT_RESPONSIBLE_ID"]

    def named(self, task_id: str, text: str) -> Order:
        return order(task_id, extension_properties={"title": text})

    def title(self, ref: ObjectRef) -> str:
        return self.task(ref).title

    def objects(self, key: Key) -> int:
        return sum(task.xml_id == str(key) for task in self.portal.store.tasks.values())

    def finish(self, ref: ObjectRef) -> None:
        self.person().add_result(int(ref.id), "сделано")
        self.person().complete(int(ref.id))

    def refuse(self, ref: ObjectRef) -> None:
        self.person(self.task(ref).responsible_id).decline(int(ref.id))

    def delete(self, ref: ObjectRef) -> None:
        self.person().delete(int(ref.id))

    def strangers(self, count: int) -> None:
        for number in range(count):
            self.person().create({"TITLE": f"Чужая задача {number}", "RESPONSIBLE_ID": ENGINEER})

    def lag(self, seconds: float) -> None:
        self.portal.faults.search_lag = timedelta(seconds=seconds)

    def ignore_search(self) -> None:
        self.portal.faults.ignored_filters |= {"XML_ID", "UF_CAMUNDA_ID_EXTERNAL_TASK"}

    def notices(self, ref: ObjectRef) -> int:
        return len(self.portal.comments[int(ref.id)])


@asynccontextmanager
async def open_world(
    *, owner: int = ADMIN, portal: Portal | None = None, clock: JumpClock | None = None, **options: Any
) -> AsyncIterator[BitrixWorld]:
    clock = clock or JumpClock()
    portal = portal or default_portal(clock=clock.now)
    portal.access = Access([Webhook(owner, SECRET)])
    async with standin(portal) as running, HttpFaultProxy(running.url) as proxy:
        settings = BitrixOptions(webhook_url=proxy.url_for(running.webhook_url), **(FAST | options))
        limiter = Limiter(Limits(per_second=settings.requests_per_second, burst=settings.burst))
        async with open_portal(settings, limiter, clock) as client:
            yield BitrixWorld(portal, running, proxy, client, clock)
