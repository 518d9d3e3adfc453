"""One process of the real engine goes through Bitrix24 and OpenProject, both served by one process over RabbitMQ."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import cast

import pytest

from exchanger.domain.typed import typed
from exchanger.domain.variables import Variable, VariableType
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.sandbox.bitrix24 import Person as Employee
from exchanger.sandbox.bitrix24 import Portal, default_portal
from exchanger.sandbox.bitrix24 import standin as bitrix24
from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.openproject import Fault, FaultKind, Instance, Person, default_instance
from exchanger.sandbox.openproject import standin as openproject
from exchanger.sandbox.openproject.model import Attachment, WorkPackage
from exchanger.sandbox.openproject.seed import ADMIN, CLERK, MILESTONE, REJECTED, TOKEN
from exchanger.settings import load_settings
from exchanger.telemetry.clock import SystemClock
from exchanger.testing.eventually import eventually
from exchanger.wiring import assemble

pytestmark = pytest.mark.e2e

_DECISION = 2
_WITHIN = 30.0


@dataclass(frozen=True, slots=True)
class House:
    operator: RestEngine
    portal: Portal
    instance: Instance

    @property
    def person(self) -> Person:
        return Person(self.instance, self.instance.principals[ADMIN])

    async def start(self) -> str:
        """An instance whose task in Bitrix24 has been done: it waits in OpenProject."""
        model = Path(__file__).with_name("two_systems.bpmn").read_bytes()
        await self.operator.admin.deploy("two_systems", {"two_systems.bpmn": model})
        started = await self.operator.admin.start("two_systems")
        task = await eventually(
            lambda: next(iter(self.portal.store.tasks), 0), within=_WITHIN, what="a task in Bitrix24"
        )
        Employee(self.portal, self.portal.user(3)).complete(task)
        return started

    async def package(self, suits: Callable[[WorkPackage], bool] = lambda _: True) -> WorkPackage:
        def found() -> WorkPackage | None:
            return next((each for each in self.instance.work_packages.values() if suits(each)), None)

        made = await eventually(found, within=_WITHIN, what="a work package")
        assert made is not None
        return made

    async def ended_at(self, started: str) -> str:
        async def over() -> bool:
            return not await self.operator.admin.is_running(started)

        await eventually(over, within=_WITHIN, every=0.2, what="the process is over")
        steps = await self.operator.admin.history(started)
        return next(step.activity_id for step in steps if step.activity_id in {"accepted", "rejected", "given_up"})


@asynccontextmanager
async def open_house(engine: EngineProcess, amqp: str, home: Path) -> AsyncIterator[House]:
    tenant, portal, instance = f"t{token_hex(4)}", default_portal(), default_instance()
    async with (
        bitrix24(portal) as bitrix,
        openproject(instance) as project,
        RestEngine(EngineConnection(engine.url, "operator", tenant), SystemClock()) as operator,
    ):
        given = {
            "EXCHANGER_SYSTEMS": "bitrix24,openproject",
            "CAMUNDA_BASE_URL": engine.url,
            "CAMUNDA_TENANT_ID": tenant,
            "CAMUNDA_WORKER_ID": f"worker-{tenant}",
            "CAMUNDA_AUTH_ENABLED": "false",
            "CAMUNDA_POLL": "2000",
            "RABBITMQ_URL": amqp,
            "BITRIX_WEBHOOK_URL": bitrix.webhook_url,
            "BITRIX_POLL_INTERVAL": "1",
            "BITRIX_QUARANTINE": "2",
            "OPENPROJECT_API_URL": project.url,
            "OPENPROJECT_API_KEY": TOKEN,
            "OPENPROJECT_DEFAULT_PROJECT_ID": "main",
            "OPENPROJECT_POLL_INTERVAL": "1",
            "OPENPROJECT_QUARANTINE": "2",
        }
        async with assemble(load_settings(given, home)) as exchanger:
            running = asyncio.create_task(exchanger.run())
            yield House(operator, portal, instance)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(("option", "end", "made"), [(1, "accepted", 2), (2, "rejected", 1)])
async def test_a_field_of_openproject_drives_the_right_gateway(
    camunda: EngineProcess, vhost: str, tmp_path: Path, option: int, end: str, made: int
) -> None:
    async with open_house(camunda, vhost, tmp_path) as house:
        started = await house.start()
        task = await house.package()
        assert (task.subject, task.assignee) == ("Решить", CLERK)
        house.person.fill(task.id, _DECISION, option)
        house.person.close(task.id)
        if end == "accepted":
            milestone = await house.package(lambda each: each.type == MILESTONE)
            house.person.close(milestone.id)
        assert await house.ended_at(started) == end
        variables = await house.operator.admin.final_variables(started)
        assert variables["op_task_status"].value == "Closed"
        assert len(house.instance.work_packages) == made


async def test_a_refusal_takes_the_way_that_the_diagram_drew(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    async with open_house(camunda, vhost, tmp_path) as house:
        started = await house.start()
        house.person.set_status((await house.package()).id, REJECTED)
        assert await house.ended_at(started) == "given_up"


async def test_a_creation_whose_answer_was_lost_is_not_repeated(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    async with open_house(camunda, vhost, tmp_path) as house:
        house.instance.faults.add(Fault(FaultKind.COMMIT_THEN_DROP, "POST", r"/work_packages$"))
        started = await house.start()
        task = await house.package()
        house.person.fill(task.id, _DECISION, 2)
        house.person.close(task.id)
        assert await house.ended_at(started) == "rejected"
        assert len(house.instance.work_packages) == 1
        assert house.instance.faults.fired == [FaultKind.COMMIT_THEN_DROP]


async def test_a_project_is_made_once_and_a_file_of_the_process_goes_there_and_back(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    drawing = bytes(range(256)) * 500
    async with open_house(camunda, vhost, tmp_path) as house:
        house.instance.faults.add(Fault(FaultKind.COMMIT_THEN_DROP, "POST", r"/projects$"))
        model = Path(__file__).with_name("project.bpmn").read_bytes()
        await house.operator.admin.deploy("project", {"project.bpmn": model})
        file = Variable(VariableType.FILE, drawing, {"filename": "Чертёж.dwg", "mimeType": "image/vnd.dwg"})
        started = await house.operator.admin.start("project", {"number": typed(7), "drawing": file})

        task = await house.package()
        project = house.instance.projects[task.project]
        assert (project.name, project.status, len(house.instance.projects)) == ("Стройка 7", "on_track", 3)
        attached = await eventually(lambda: list(house.instance.attachments.values()), within=_WITHIN)
        assert [(each.name, each.type, each.content) for each in attached] == [("Чертёж.dwg", "image/vnd.dwg", drawing)]
        answer = Attachment(house.instance.next_record(), task.id, "Замечания.txt", b"12")
        house.instance.attachments[answer.id] = answer
        house.person.close(task.id)

        async def over() -> bool:
            return not await house.operator.admin.is_running(started)

        await eventually(over, within=_WITHIN, every=0.2, what="the process is over")
        told = await house.operator.admin.final_variables(started)
        assert told["op_project_id"].value == str(project.id)
        assert str(told["op_project_link"].value).endswith(f"/projects/{project.identifier}")
        (remark,) = cast("list[dict[str, object]]", told["remarks"].value)
        assert (remark["name"], remark["size"]) == ("Замечания.txt", 2)
        assert house.instance.faults.fired == [FaultKind.COMMIT_THEN_DROP]
