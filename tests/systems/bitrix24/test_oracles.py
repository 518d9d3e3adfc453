"""Clients that we did not write and ours: the same encoding of a batch, the same answers of every method of ours."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from b24pysdk import BitrixWebhook
from b24pysdk.api.callers import call_method
from b24pysdk.utils.encoding import encode_params
from fast_bitrix24.bitrix import BitrixAsync
from fast_bitrix24.utils import http_build_query

from exchanger.connect import Intent
from exchanger.sandbox.bitrix24.model import Workgroup
from exchanger.sandbox.bitrix24.params import parse_query
from exchanger.sandbox.bitrix24.seed import ADMIN, SECRET
from exchanger.systems import bitrix24
from exchanger.systems.bitrix24.batch import Command
from tests.systems.bitrix24.addon_world import ELEMENT, PROCESS, STARTED_BY, TEMPLATE_FILE, open_addon
from tests.systems.bitrix24.world import BitrixWorld

pytestmark = pytest.mark.oracle

_QUESTIONS = [{"CODE": "q", "TITLE": "Анкета", "questions": [{"CODE": "a", "NAME": "Имя", "TYPE": "string"}]}]
READS: dict[str, dict[str, Any]] = {
    "profile": {},
    "methods": {},
    "scope": {},
    "user.get": {"FILTER": {"EMAIL": "u107@portal.example", "ACTIVE": True}},
    "department.get": {"ID": 9},
    "sonet_group.get": {"ORDER": {"ID": "ASC"}, "FILTER": {"NAME": "Склад & «Ко»"}},
    "calendar.settings.get": {},
    "lists.element.get": {"IBLOCK_TYPE_ID": "lists", "IBLOCK_ID": 31, "ELEMENT_ID": 5},
    "disk.attachedObject.get": {"id": 1},
    "task.item.userfield.getlist": {"ORDER": {"ID": "asc"}},
    "task.item.userfield.get": {"ID": 103},
    "task.checklistitem.getlist": {"TASKID": 500},
    "task.commentitem.getlist": {"TASKID": 500},
    "task.commentitem.get": {"TASKID": 500, "ITEMID": 1},
    "tasks.task.get": {"taskId": 500, "select": ["ID", "STATUS", "TITLE", "UF_ELEMENT_ID"]},
    "tasks.task.list": {"filter": {"ID": [77, 500], ">=CHANGED_DATE": "2020-01-01T00:00:00+03:00"}, "start": -1},
    "tasks.task.result.list": {"taskId": 500},
    "tasks.template.get": {"templateId": 139},
    "tasks.template.checklist.list": {"templateId": 139, "select": ["ID", "TITLE"]},
    "crm.deal.list": {"filter": {"ORIGIN_ID": "exch:1"}, "select": ["ID", "TITLE"], "start": -1},
    "crm.deal.get": {"id": 1},
    "crm.contact.list": {"filter": {"ORIGIN_ID": "exch:1"}, "select": ["ID"], "start": -1},
    "imena.camunda.resolvers.list": {},
    "imena.camunda.diagram.properties.list": {"camundaProcessId": PROCESS},
    "imena.camunda.diagram.responsible.get": {"camundaProcessId": PROCESS, "elementId": ELEMENT},
    "imena.camunda.diagram.responsible.list": {"camundaProcessId": PROCESS},
    "imena.camunda.tasktemplate.get": {
        "camundaProcessId": PROCESS, "elementId": ELEMENT, "processVariables": {"a": "я"},
    },
    "imena.camunda.user.supervisor.get": {"userId": STARTED_BY},
    "imena.camunda.task.questionnaire.list": {"taskId": 500},
}  # fmt: skip
WRITES: dict[str, dict[str, Any]] = {
    "tasks.task.add": {"fields": {"TITLE": "Дело «раз» & 2", "RESPONSIBLE_ID": 1, "AUDITORS": [3, 4], "TAGS": ["а"]}},
    "tasks.task.update": {"taskId": 500, "fields": {"PRIORITY": 2, "TAGS": ["б", "в"]}},
    "task.commentitem.add": {"TASKID": 500, "FIELDS": {"POST_MESSAGE": "Слово\n[b]за словом[/b]"}},
    "task.checklistitem.add": {
        "TASKID": 500, "FIELDS": {"TITLE": "Пункт", "PARENT_ID": 0, "MEMBERS": {"3": {"TYPE": "A"}}},
    },
    "tasks.task.files.attach": {"taskId": 500, "fileId": TEMPLATE_FILE},
    "imena.camunda.task.dependency.add": {"taskId": 500, "dependsOnId": 77},
    "imena.camunda.task.questionnaire.add": {"taskId": 500, "questionnaires": _QUESTIONS},
    "imena.camunda.sync": {"processDefinitionKey": PROCESS, "processInstanceId": "instance-1"},
    "crm.deal.add": {"fields": {"TITLE": "Сделка", "ORIGIN_ID": "exch:2"}},
    "crm.deal.update": {"id": 1, "fields": {"STAGE_ID": "WON"}},
    "crm.contact.add": {"fields": {"NAME": "Анна", "PHONE": [{"VALUE": "+7", "VALUE_TYPE": "WORK"}]}},
    "tasks.task.complete": {"taskId": 500},
    "tasks.task.renew": {"taskId": 500},
    "tasks.task.delete": {"taskId": 500},
}  # fmt: skip
_SPOKEN = re.compile(r'"((?:tasks?|crm|user|disk|lists|calendar|sonet_group|department|imena)\.[A-Za-z._]+|profile)"')


@asynccontextmanager
async def prepared() -> AsyncIterator[BitrixWorld]:
    async with open_addon(build={"new_card": False}) as opened:
        opened.portal.groups[7] = Workgroup(7, "Склад & «Ко»")
        for entity in ("deal", "contact"):
            fields = {"TITLE": "Первая", "NAME": "Анна", "ORIGIN_ID": "exch:1"}
            await opened.client.api.call(f"crm.{entity}.add", {"fields": fields}, intent=Intent.CREATE)
        await by_us(opened, "task.checklistitem.add", WRITES["task.checklistitem.add"])
        yield opened


@pytest.fixture
async def world() -> AsyncIterator[BitrixWorld]:
    async with prepared() as opened:
        yield opened


async def by_fast(world: BitrixWorld, method: str, params: dict[str, Any]) -> Any:
    fast = BitrixAsync(world.running.webhook_url, verbose=False, requests_per_second=1000.0)
    return (await fast.call(method, params, raw=True))["result"]


async def by_sdk(world: BitrixWorld, method: str, params: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The SDK knows https only; the stand-in speaks http, so the scheme is patched, and nothing else."""
    module = __import__("sys").modules[call_method.__module__]
    monkeypatch.setattr(module._MethodCaller, "_base_url", property(lambda caller: f"http://{caller._domain}/rest"))
    sdk = BitrixWebhook(domain=world.running.url.removeprefix("http://"), webhook_token=f"{ADMIN}/{SECRET}")
    return (await asyncio.to_thread(sdk.call_method, method, params))["result"]


async def by_us(world: BitrixWorld, method: str, params: dict[str, Any]) -> Any:
    return (await world.client.api.call(method, params, intent=Intent.IDEMPOTENT)).result


def test_every_method_that_we_use_is_here() -> None:
    sources = Path(bitrix24.__file__).parent.rglob("*.py")
    spoken = {name for source in sources for name in _SPOKEN.findall(source.read_text("utf-8"))}
    named = READS.keys() | WRITES.keys()
    # check.py names the methods of the add-on without its prefix
    assert {name for name in spoken if name not in named and f"imena.camunda.{name}" not in named} == set()


@pytest.mark.parametrize("method", READS)
async def test_three_clients_are_told_the_same(
    world: BitrixWorld, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    params = READS[method]
    if method == "disk.attachedObject.get":
        params = {"id": next(iter(world.portal.drive.attachments))}
    if method == "task.commentitem.get":
        params = {"TASKID": 500, "ITEMID": world.portal.comments[500][0].id}
    ours = await by_us(world, method, params)
    assert ours
    assert await by_sdk(world, method, params, monkeypatch) == ours
    assert await by_fast(world, method, params) == ours


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("who", ["sdk", "fast"])
async def test_another_client_does_what_ours_does(method: str, who: str, monkeypatch: pytest.MonkeyPatch) -> None:
    params = WRITES[method]
    async with prepared() as ours, prepared() as theirs:
        if method == "tasks.task.renew":
            for world in (ours, theirs):
                world.person().complete(500)
        assert await by_us(ours, method, params)
        assert await (by_sdk(theirs, method, params, monkeypatch) if who == "sdk" else by_fast(theirs, method, params))
        assert _traces(ours) == _traces(theirs)


def _traces(world: BitrixWorld) -> Any:
    portal = world.portal
    tasks = {
        number: (each.title, each.status, each.priority, each.tags, each.auditors, each.depends_on, each.responsible_id)
        for number, each in portal.store.tasks.items()
    }
    records = {name: [each.values for each in rows.values()] for name, rows in portal.crm.records.items()}
    lists = [(item.title, item.members) for each in portal.checklists.values() for item in each.values()]
    comments = [each.text for rows in portal.comments.values() for each in rows]
    return tasks, records, lists, comments, len(portal.drive.attachments)


@pytest.mark.parametrize(
    "params",
    [
        {"filter": {"ID": [1, 2], ">=CHANGED_DATE": "2026-01-02T03:04:05+03:00"}, "select": ["ID"], "start": -1},
        {"FILTER": {"NAME": "Склад & «Ко» = 100% ?#/ +7"}, "ORDER": {"ID": "ASC"}},
        {"processVariables": {"имя": "строка\nвторая", "эмодзи": "🙂", "quote": "\"'", "число": 5}},
        {"TASKID": 5, "FIELDS": {"TITLE": "Пункт", "MEMBERS": {"3": {"TYPE": "A"}}}},
        {"questionnaires": _QUESTIONS},
    ],
)
def test_a_batch_is_written_as_others_write_it(params: dict[str, Any]) -> None:
    ours = parse_query(Command("tasks.task.list", params).text().partition("?")[2])
    fast = http_build_query(params)  # type: ignore[no-untyped-call]
    assert ours == parse_query(encode_params(params)) == parse_query(fast.rstrip("&"))
