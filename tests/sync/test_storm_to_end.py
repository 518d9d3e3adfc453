"""The example diagrams from StormBPMN through conversion, gate, deployment and tasks of Bitrix24 to their ends."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import reduce
from itertools import count
from pathlib import Path
from secrets import randbelow, token_hex

import aiohttp
import pytest

from exchanger.domain.typed import typed
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.ops.diagrams.deploy import Outcome
from exchanger.ops.diagrams.deploy_open import open_run
from exchanger.ops.diagrams.run import Summary
from exchanger.roles.tracker import Pace
from exchanger.sandbox.bitrix24 import Pace as Speed
from exchanger.sandbox.bitrix24 import People, Portal, Question, at_work, default_portal
from exchanger.sandbox.bitrix24 import standin as portal_standin
from exchanger.sandbox.bitrix24.model import ChecklistItem, EnumItem
from exchanger.sandbox.bitrix24.records import add_item
from exchanger.sandbox.bitrix24.seed import ADMIN, HEAD, LAWYER
from exchanger.sandbox.bitrix24.userfields import CAMUNDA_FIELDS, RESULT_ANSWER
from exchanger.sandbox.bitrix24.writing import create
from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.storm import API_KEY, TOKEN, Edge, Limits, StormDiagram, Workspace, body, standin
from exchanger.settings import Settings, load_settings
from exchanger.storm import process_key
from exchanger.telemetry.clock import SystemClock
from exchanger.testing.eventually import eventually
from exchanger.wiring import Plan, assemble

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

EXAMPLES = Path(__file__).parents[2] / "examples" / "storm"
NAMES = ("obrashchenie", "priem_na_rabotu", "soglasovanie_zakupki")
ANSWERS = {"Решение кандидата": "Согласился", "Сумма больше 100 тыс. руб.?": "НЕТ", "Нужна экспертиза?": "ДА"}
ENDS = {
    "obrashchenie": {"Event_o7"},
    "priem_na_rabotu": {"Event_h11", "Event_s4"},
    "soglasovanie_zakupki": {"Event_9end"},
}
PACE = Pace(poll=0.3, walk=5.0, sweep=10.0)


def answer(question: Question) -> str:
    """An application is sent back once; the rest is answered as written above."""
    asked = " ".join(str(question.task.user_fields.get("UF_RESULT_QUESTION")).split())
    return ANSWERS.get(asked) or ("ДА" if question.asked_before else "НЕТ")


@dataclass(frozen=True)
class Town:
    """All parts; `engine` is the operator's own client."""

    settings: Settings
    workspace: Workspace
    portal: Portal
    engine: RestEngine

    async def synced(self) -> Summary:
        async with open_run(self.settings, SystemClock()) as run:
            return await run.run(lambda *_: None)


def portal_with_choices() -> Portal:
    extra = tuple(EnumItem(40 + number, text) for number, text in enumerate(("Согласился", "Отказался", "Думает")))
    fields = [
        replace(each, items=(*each.items, *extra)) if each.name == RESULT_ANSWER else each for each in CAMUNDA_FIELDS
    ]
    return default_portal(user_fields=fields)


def draw(workspace: Workspace, name: str, texts: Mapping[str, str]) -> StormDiagram:
    """An example as StormBPMN has it, with addresses and numbers of this town (`texts`)."""

    def local(text: str) -> str:
        return reduce(lambda made, pair: made.replace(*pair), texts.items(), text)

    records = json.loads(local((EXAMPLES / f"{name}_assignees.json").read_text("utf-8")))
    edges = tuple(
        Edge(each["elementId"], "", each.get("assigneeName"), each.get("assigneeId"), each.get("description"))
        for each in records
    )
    return workspace.add(name, local((EXAMPLES / f"{name}.bpmn").read_text("utf-8")), edges=edges)


def sample_task(portal: Portal) -> int:
    """The task whose check list the purchase's description asks for."""
    admin = portal.user(ADMIN)
    task = create(portal, admin, {"TITLE": "Образец", "RESPONSIBLE_ID": LAWYER})
    root = add_item(portal, admin, task.id, ChecklistItem(portal.number("checklist"), task.id, "Оплата", ADMIN))
    for title in ("Сверить счёт", "Отправить поручение"):
        item = ChecklistItem(portal.number("checklist"), task.id, title, ADMIN, parent=root.id)
        add_item(portal, admin, task.id, item)
    return task.id


@asynccontextmanager
async def town(url: str, folder: Path) -> AsyncIterator[Town]:
    tenant = f"town-{token_hex(4)}"
    workspace = Workspace(limits=Limits(per_minute=None), _numbers=count(randbelow(10**12)))
    portal = portal_with_choices()
    async with standin(workspace) as storm, portal_standin(portal) as door:
        contract = workspace.add("Договор", body("Подписать договор"))
        texts = {
            "3c1f6f9a-52a5-4a5e-9a53-0d5c0f0f1a11": contract.id,
            "https://portal.example": door.webhook_url.partition("/rest/")[0],
            "/task/view/480/": f"/task/view/{sample_task(portal)}/",
        }
        for name in NAMES:
            draw(workspace, name, texts)
        given = {
            "EXCHANGER_ENV": "dev",
            "EXCHANGER_HOME": str(folder),
            "CAMUNDA_BASE_URL": url,
            "CAMUNDA_TENANT_ID": tenant,
            "CAMUNDA_WORKER_ID": tenant,
            "CAMUNDA_AUTH_ENABLED": "false",
            "CAMUNDA_POLL": "1000",
            "BITRIX_WEBHOOK_URL": door.webhook_url,
            "BITRIX_REQUESTS_PER_SECOND": "1000",
            "BITRIX_BURST": "1000",
            "BITRIX_POLL_INTERVAL": "1",
            "BITRIX_QUARANTINE": "2",
            "STORMBPMN_BASE_URL": storm.url,
            "STORMBPMN_API_KEY": API_KEY,
            "STORMBPMN_BEARER_TOKEN": TOKEN,
            "STORMBPMN_REQUESTS_PER_MINUTE": "0",
        }
        async with RestEngine(EngineConnection(url, "operator", tenant), SystemClock()) as engine:
            yield Town(load_settings(given, folder), workspace, portal, engine)


async def ended(town: Town, instance: str) -> set[str]:
    """Wait for the instance to end, jumping the timers of its drawing; returns the ends that it reached."""

    async def over() -> bool:
        incidents = await town.engine.admin.incidents(instance)
        if incidents:  # not an assertion: that would mean "not yet"
            raise RuntimeError(str(incidents))
        await jump_timers(town, instance)
        return not await town.engine.admin.is_running(instance)

    await eventually(over, within=30, every=0.3, what="the process has ended")
    steps = await town.engine.admin.history(instance)
    return {step.activity_id for step in steps if step.activity_type.endswith("EndEvent") and not step.canceled}


async def jump_timers(town: Town, instance: str) -> None:
    """Twenty days are not waited for; the timer beside a person's task is left alone."""
    root = str(town.settings.engine.rest_url).rstrip("/")
    async with aiohttp.ClientSession() as session:
        query = {"processInstanceId": instance, "timers": "true", "activityId": "Event_2srok"}
        async with session.get(f"{root}/job", params=query) as answer:
            jobs = await answer.json()
        for job in jobs:
            async with session.post(f"{root}/job/{job['id']}/execute") as answer:
                assert answer.status == 204, await answer.text()


async def test_the_examples_go_from_storm_to_their_ends(camunda: EngineProcess, tmp_path: Path) -> None:
    async with town(camunda.url, tmp_path) as made:
        # Given the diagrams in StormBPMN and one run
        summary = await made.synced()
        assert {step.name: step.outcome for step in summary.steps} == dict.fromkeys(
            (*NAMES, "Договор"), Outcome.DEPLOYED
        ), [step.reasons for step in summary.steps]
        # When people of the portal work on one instance of each
        keys = {each.name: process_key(each.id) for each in made.workspace.diagrams.values()}
        people = People(made.portal, policy=answer, pace=Speed(0.01, 0.05))
        async with assemble(made.settings, Plan(pace=PACE)) as exchanger, at_work(people):
            working = asyncio.create_task(exchanger.run())
            try:
                starts = {name: await made.engine.admin.start(keys[name], {"startedBy": typed(HEAD)}) for name in NAMES}
                reached = {name: await ended(made, instance) for name, instance in starts.items()}
            finally:
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
        # Then each ends as it is drawn, and the tasks carry what the analyst wrote
        assert reached == ENDS
        lists = {
            (made.portal.store.get(task) or pytest.fail("a task is gone")).title: {
                item.title for item in items.values()
            }
            for task, items in made.portal.checklists.items()
        }
        assert lists["Оплатить счёт"] == {"Оплата", "Сверить счёт", "Отправить поручение"}
        assert {"Приложить к заявке", "Обоснование цены"} <= lists["Составить заявку"]
        # And a second run finds nothing to do
        again = await made.synced()
        assert {step.outcome for step in again.steps} == {Outcome.UNCHANGED}
