"""A document and a task of 1C on the real engine over RabbitMQ; and 1C that hangs while Bitrix24 flows undisturbed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.sandbox.bitrix24 import Person as Employee
from exchanger.sandbox.bitrix24 import Portal, default_portal
from exchanger.sandbox.bitrix24 import standin as bitrix24
from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.onec import Fault, FaultKind, Infobase, Person, default_base
from exchanger.sandbox.onec import standin as onec
from exchanger.sandbox.onec.seed import CLERK, LOGIN, ORDERS, PASSWORD, TASKS
from exchanger.settings import load_settings
from exchanger.telemetry.clock import SystemClock
from exchanger.testing.eventually import eventually
from exchanger.wiring import assemble

pytestmark = pytest.mark.e2e

_WITHIN = 30.0
_HANG = 30.0
_MORE_THAN_1C_TAKES, _ROUNDS = 6, 2


@dataclass(frozen=True, slots=True)
class House:
    operator: RestEngine
    portal: Portal
    base: Infobase

    async def start(self, process: str) -> str:
        model = Path(__file__).with_name("onec.bpmn").read_bytes()
        await self.operator.admin.deploy("onec", {"onec.bpmn": model})
        return await self.operator.admin.start(process)

    async def task(self) -> dict[str, Any]:
        def asked() -> dict[str, Any] | None:
            return next((row for row in self.base.rows[TASKS].values() if row["Исполнитель"] == CLERK), None)

        found = await eventually(asked, within=_WITHIN, what="a task in 1C")
        assert found is not None
        return found

    async def over(self, started: str) -> list[str]:
        async def ended() -> bool:
            return not await self.operator.admin.is_running(started)

        await eventually(ended, within=_WITHIN, every=0.2, what="the process is over")
        return [step.activity_id for step in await self.operator.admin.history(started)]


@asynccontextmanager
async def open_house(engine: EngineProcess, amqp: str, home: Path) -> AsyncIterator[House]:
    tenant, portal, base = f"t{token_hex(4)}", default_portal(), default_base()
    async with (
        bitrix24(portal) as bitrix,
        onec(base) as running,
        RestEngine(EngineConnection(engine.url, "operator", tenant), SystemClock()) as operator,
    ):
        address, _, name = running.url.rpartition("/")
        given = {
            "EXCHANGER_SYSTEMS": "bitrix24,1c",
            "CAMUNDA_BASE_URL": engine.url,
            "CAMUNDA_TENANT_ID": tenant,
            "CAMUNDA_WORKER_ID": f"worker-{tenant}",
            "CAMUNDA_AUTH_ENABLED": "false",
            "CAMUNDA_POLL": "2000",
            "RABBITMQ_URL": amqp,
            "BITRIX_WEBHOOK_URL": bitrix.webhook_url,
            "BITRIX_POLL_INTERVAL": "1",
            "BITRIX_QUARANTINE": "2",
            "ONEC_WEB_SERVICE_URL": address,
            "ONEC_DATABASE": name,
            "ONEC_USERNAME": LOGIN,
            "ONEC_PASSWORD": PASSWORD,
            "ONEC_POLL_INTERVAL": "1",
            "ONEC_QUARANTINE": "2",
            "RETRY_DELAY": "1",
        }
        async with assemble(load_settings(given, home)) as exchanger:
            serving = asyncio.create_task(exchanger.run())
            yield House(operator, portal, base)
            base.faults.hang = 0.0
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


async def test_a_process_writes_an_order_and_waits_for_a_person_in_1c(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    async with open_house(camunda, vhost, tmp_path) as house:
        # Lost are the answers of the probe and of the creation itself.
        house.base.faults.add(Fault(FaultKind.COMMIT_THEN_DROP, "POST", "/Task_[^(/]*$", times=2))
        started = await house.start("onec_order")
        task = await house.task()
        (order,) = house.base.rows[ORDERS].values()
        assert (task["Исполнитель"], task["Предмет"], order["Posted"]) == (CLERK, order["Ref_Key"], True)
        Person(house.base).execute(task["Ref_Key"], "Всё верно")
        assert "accepted" in await house.over(started)
        variables = await house.operator.admin.final_variables(started)
        assert variables["onec_task_result"].value == "Всё верно"
        assert len(house.base.rows[TASKS]) == 1


async def test_1c_that_hangs_holds_up_nobody_else(camunda: EngineProcess, vhost: str, tmp_path: Path) -> None:
    """Judged by order, not by the clock: an order takes 1C several calls of 30 s each, the portal's rounds come first.

    More processes wait for 1C than it takes at once, so its queue is full as well.
    """
    async with open_house(camunda, vhost, tmp_path) as house:
        house.base.faults.hang = _HANG
        hanging = [await house.start("onec_order") for _ in range(_MORE_THAN_1C_TAKES)]
        await eventually(lambda: sum(house.base.requests.values()), within=_WITHIN, what="1C has been asked")
        for done in range(_ROUNDS):
            started = await house.start("portal_only")
            await eventually(lambda: len(house.portal.store.tasks) > done, within=_WITHIN, what="a task of Bitrix24")  # noqa: B023 - asked at once
            Employee(house.portal, house.portal.user(3)).complete(max(house.portal.store.tasks))
            assert "asked" in await house.over(started)
        assert house.base.rows[ORDERS] == {}
        assert all([await house.operator.admin.is_running(each) for each in hanging])
        assert not any([await house.operator.admin.incidents(each) for each in hanging])
