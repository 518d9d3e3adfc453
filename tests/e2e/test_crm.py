"""A contact, a deal, its change and a change of a task: each call once on the real engine over RabbitMQ."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

import pytest

from exchanger.domain.typed import typed
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.sandbox.bitrix24 import Fault, FaultKind, Person, Portal, default_portal, standin
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK
from exchanger.sandbox.engine import EngineProcess
from exchanger.settings import load_settings
from exchanger.telemetry.clock import SystemClock
from exchanger.testing.eventually import eventually
from exchanger.wiring import assemble

pytestmark = pytest.mark.e2e

WITHIN = 40.0


@asynccontextmanager
async def serving(engine: EngineProcess, amqp: str, home: Path, portal: Portal) -> AsyncIterator[RestEngine]:
    tenant = f"t{token_hex(4)}"
    async with (
        standin(portal) as running,
        RestEngine(EngineConnection(engine.url, "operator", tenant), SystemClock()) as operator,
    ):
        given = {
            "EXCHANGER_SYSTEMS": "bitrix24",
            "CAMUNDA_BASE_URL": engine.url,
            "CAMUNDA_TENANT_ID": tenant,
            "CAMUNDA_WORKER_ID": f"worker-{tenant}",
            "CAMUNDA_AUTH_ENABLED": "false",
            "CAMUNDA_POLL": "2000",
            "RABBITMQ_URL": amqp,
            "BITRIX_WEBHOOK_URL": running.webhook_url,
            "BITRIX_QUARANTINE": "2",
            "RETRY_DELAY": "1",
        }
        async with assemble(load_settings(given, home)) as exchanger:
            working = asyncio.create_task(exchanger.run())
            yield operator
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def test_deals_and_contacts_are_made_once_though_answers_are_lost(
    camunda: EngineProcess, vhost: str, tmp_path: Path
) -> None:
    # Given a portal that makes a contact and a deal and drops the connection each time, and a task that is there
    portal = default_portal()
    for method in ("crm.contact.add", "crm.deal.add"):
        portal.faults.add(Fault(FaultKind.COMMIT_THEN_DROP, method))
    errand = Person(portal, portal.user(ADMIN)).create({"TITLE": "Отгрузить", "RESPONSIBLE_ID": CLERK})
    async with serving(camunda, vhost, tmp_path, portal) as operator:
        # When a process goes through the four calls
        model = Path(__file__).with_name("crm.bpmn").read_bytes()
        await operator.admin.deploy("crm", {"crm.bpmn": model})
        started = await operator.admin.start("crm", {"client": typed("ООО «Ромашка»"), "errand": typed(errand.id)})

        async def over() -> bool:
            return not await operator.admin.is_running(started)

        await eventually(over, within=WITHIN, every=0.2, what="the process is over")
        steps = [step.activity_id for step in await operator.admin.history(started)]
        variables = await operator.admin.final_variables(started)
    # Then each record exists once, bears the key of its task, and the next step got its number
    assert [fault for fault, _ in portal.faults.fired] == ["crm.contact.add", "crm.deal.add"]
    [(contact_id, contact)] = portal.crm.records["contact"].items()
    [(deal_id, deal)] = portal.crm.records["deal"].items()
    assert (contact.values["NAME"], len(contact.values["PHONE"])) == ("ООО «Ромашка»", 2)
    assert (deal.values["TITLE"], deal.values["OPPORTUNITY"]) == ("Поставка: ООО «Ромашка»", "1500.10")
    assert (str(deal.values["CONTACT_ID"]), deal.values["STAGE_ID"]) == (str(contact_id), "WON")
    origins = {str(each.values["ORIGIN_ID"]) for each in (contact, deal)}
    assert len(origins) == 2
    assert all(origin.startswith("exch:") for origin in origins)
    assert portal.store.tasks[errand.id].title == f"Отгрузить по сделке {deal_id}"
    # And the process knows the records by number, and has gone to its end
    told = {name: variables[name].value for name in ("bitrix_contact_id", "bitrix_deal_id", "bitrix_deal_stage")}
    assert told == {"bitrix_contact_id": str(contact_id), "bitrix_deal_id": str(deal_id), "bitrix_deal_stage": "WON"}
    assert "done" in steps
