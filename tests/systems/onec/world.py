from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from exchanger.connect import Limiter, Limits
from exchanger.domain.key import Key
from exchanger.domain.task import ExternalTask, Metadata, ObjectRef, Order
from exchanger.domain.typed import typed
from exchanger.domain.variables import Variable
from exchanger.sandbox.onec import Infobase, Person, RunningBase, default_base, standin
from exchanger.sandbox.onec.seed import CLERK, KEY_FIELD, LOGIN, PASSWORD, TASKS
from exchanger.systems.onec import CreateTask, KeyScheme, OnecOptions, Profile
from exchanger.systems.onec.desk import Desk, open_desk
from exchanger.systems.onec.refs import unshown
from exchanger.testing.contract import JumpClock, WorkWorld
from exchanger.testing.proxy import FaultKind, HttpFault, HttpFaultProxy, json_answer, on

FAST: dict[str, Any] = {"timeout": 0.7, "page": 50, "at_once": 4}


def order(
    task_id: str = "task-1",
    *,
    variables: Mapping[str, Any] | None = None,
    topic: str = "1c_create_task",
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
    return Order(task, "1c", wrapped, Metadata(**({"activity_name": "Согласовать договор"} | metadata)))


class OnecWorld(WorkWorld):
    """Over OData; the service differs in paths only."""

    create_path = r"standard\.odata/Task_[^(/]*$"
    search_path = r"standard\.odata/Task_"
    search_method = "GET"
    secret = PASSWORD

    def __init__(
        self, base: Infobase, running: RunningBase, proxy: HttpFaultProxy, desk: Desk, clock: JumpClock
    ) -> None:
        self.base, self.running, self.proxy, self.desk, self.clock = base, running, proxy, desk, clock
        self.work: CreateTask = CreateTask(desk)
        self.quarantine = desk.options.quarantine
        self.person = Person(base)

    def row(self, ref: ObjectRef) -> dict[str, Any]:
        return self.base.rows[TASKS][unshown(ref.id),]

    def order(self, task_id: str) -> Order:
        return order(task_id, extension_properties={"assignee": "Клерк Кирилл", "description": _described(task_id)})

    def bad_order(self, task_id: str) -> tuple[Order, Sequence[str]]:
        wrong = {"deadline": "после дождичка", "importance": "великая", "taskFields": "не поля"}
        return order(task_id, extension_properties=wrong), [*wrong]

    def objects(self, key: Key) -> int:
        """Not by the key, which is what is tested: by what the task says."""
        said = _described(key.task_id)
        return sum(str(row["Описание"]).partition("\n")[0] == said for row in self.base.rows[TASKS].values())

    def finish(self, ref: ObjectRef) -> None:
        self.person.execute(unshown(ref.id), "Согласовано")

    def refuse(self, ref: ObjectRef) -> None:
        self.person.mark(TASKS, unshown(ref.id))

    def delete(self, ref: ObjectRef) -> None:
        self.person.destroy(TASKS, unshown(ref.id))

    def strangers(self, count: int) -> None:
        kind = self.base.types[TASKS]
        for number in range(count):
            row = kind.blank() | {
                "Ref_Key": self.base.new_ref(),
                "Date": self.base.local_now(),
                "Number": self.base.next_number(TASKS),
                "Description": f"Чужая задача {number}",
            }
            self.base.stored(kind, row)

    def lag(self, seconds: float) -> None:
        """A search of 1C reads the very tables that a creation writes: it never lags. The doubt itself is the test."""

    def ignore_search(self) -> None:
        self.base.faults.ignored_filters |= {"Ref_Key", KEY_FIELD}

    def notices(self, ref: ObjectRef) -> int:
        return str(self.row(ref)["Описание"]).count("[Exchanger: ")

    def title(self, ref: ObjectRef) -> str:
        return str(self.row(ref)["Description"])


class ServiceWorld(OnecWorld):
    create_path = r"/v1/objects/Task_[^/]*$"
    search_path = r"/v1/(objects/Task_[^/]*/query$|changes/)"
    search_method = None  # type: ignore[assignment]  # searches are POST, the feed is GET

    def ignore_search(self) -> None:
        """Whatever was asked, everything there is comes back."""
        rows = [{"key": "", "fields": row} for row in self.base.rows[TASKS].values()]
        answer = json_answer(200, {"objects": rows})
        whole = HttpFault(FaultKind.ANSWER_BEFORE, on("POST", r"/query$"), times=None, answer=answer)
        self.proxy.arm(whole)


def _described(task_id: str) -> str:
    return f"Прочесть и решить: {task_id}"


@asynccontextmanager
async def open_world(
    *, base: Infobase | None = None, clock: JumpClock | None = None, **options: Any
) -> AsyncIterator[OnecWorld]:
    clock = clock or JumpClock()
    base = base or default_base(clock=clock.now)
    async with standin(base) as running, HttpFaultProxy(running.url) as proxy:
        given: dict[str, Any] = {"username": LOGIN, "password": PASSWORD, "default_assignee": CLERK} | FAST | options
        settings = OnecOptions(url=proxy.url_for(running.url), **given)
        quick = Limiter(Limits(per_second=10_000, burst=10_000, at_once=settings.at_once))
        async with open_desk(settings, quick, clock) as desk:
            if settings.keyed is not KeyScheme.NONE:
                await desk.store.check()  # what the system learns at its start
            proxy.forget()
            kind = ServiceWorld if settings.profile is Profile.SERVICE else OnecWorld
            yield kind(base, running, proxy, desk, clock)
