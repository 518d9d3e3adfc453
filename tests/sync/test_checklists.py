"""Check lists that a diagram takes from tasks of the portal, read by the product's own client from the stand-in."""

from collections.abc import AsyncIterator

import pytest

from exchanger.connect import Intent, Limiter
from exchanger.domain.errors import ExchangerError
from exchanger.ops.diagrams.deploy_checklists import NoPortal, PortalLists
from exchanger.sandbox.bitrix24 import RunningPortal, default_portal, standin
from exchanger.storm import Assignee
from exchanger.storm.checklists import Checklist
from exchanger.systems.bitrix24.foreign import as_map
from exchanger.systems.bitrix24.portal import limits, open_portal
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.systems.bitrix24.task_checklists import open_task_checklists
from exchanger.telemetry.clock import SystemClock

LISTS = {"Договор": ("проверить", "подписать"), "Пустой": ()}


@pytest.fixture
async def portal() -> AsyncIterator[RunningPortal]:
    async with standin(default_portal()) as running:
        yield running


def options(portal: RunningPortal) -> BitrixOptions:
    return BitrixOptions(portal.webhook_url, requests_per_second=1000, burst=1000)


async def written(portal: RunningPortal) -> int:
    """A task with two check lists, one of them empty."""
    chosen = options(portal)
    async with open_portal(chosen, Limiter(limits(chosen)), SystemClock()) as client:

        async def add(method: str, params: dict[str, object]) -> object:
            return (await client.api.call(method, params, intent=Intent.CREATE)).result

        made = await add("tasks.task.add", {"fields": {"TITLE": "Образец", "RESPONSIBLE_ID": 1}})
        task = int(str(as_map(as_map(made).get("task")).get("id")))
        for name, items in LISTS.items():
            root = await add("task.checklistitem.add", {"TASKID": task, "FIELDS": {"TITLE": name, "PARENT_ID": 0}})
            for item in items:
                fields = {"TITLE": item, "PARENT_ID": root}
                await add("task.checklistitem.add", {"TASKID": task, "FIELDS": fields})
        return task


def pointing(portal: RunningPortal, *tasks: int, host: str = "") -> Assignee:
    base = host or portal.webhook_url.partition("/rest/")[0]
    links = [f"<p>ЧЕКЛИСТ: {base}/company/personal/user/1/tasks/task/view/{task}/</p>" for task in tasks]
    return Assignee("a", description="".join(links))


async def test_lists_of_a_task_are_read_and_a_task_that_is_not_there_is_said(portal: RunningPortal) -> None:
    task = await written(portal)
    async with open_task_checklists(options(portal), SystemClock()) as source:
        taken = await PortalLists(source).take([pointing(portal, task, 999_999)])
    assert {each.task_id: lists for each, lists in taken.found.items()} == {
        task: (Checklist("Договор", ("проверить", "подписать")),)
    }
    assert [each.task_id for each in taken.refused] == [999_999]


async def test_a_link_to_another_host_is_not_asked_of_our_portal(portal: RunningPortal) -> None:
    task = await written(portal)
    async with open_task_checklists(options(portal), SystemClock()) as source:
        taken = await PortalLists(source).take([pointing(portal, task, host="https://other.example")])
    assert (dict(taken.found), list(taken.refused.values())) == ({}, ["ссылка не на портал из BITRIX_WEBHOOK_URL"])


async def test_without_a_portal_every_link_says_so(portal: RunningPortal) -> None:
    taken = await NoPortal("портала нет").take([pointing(portal, 1, 2)])
    assert list(taken.refused.values()) == ["портала нет", "портала нет"]


async def test_a_task_without_lists_is_a_refusal(portal: RunningPortal) -> None:
    chosen = options(portal)
    async with open_portal(chosen, Limiter(limits(chosen)), SystemClock()) as client:
        fields = {"TITLE": "Без списков", "RESPONSIBLE_ID": 1}
        made = (await client.api.call("tasks.task.add", {"fields": fields}, intent=Intent.CREATE)).result
    task = int(str(as_map(as_map(made).get("task")).get("id")))
    async with open_task_checklists(chosen, SystemClock()) as source:
        with pytest.raises(ExchangerError, match="нет чек-листов"):
            await source.of_task(task)
