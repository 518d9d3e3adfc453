"""tasks.task.list: filters, their traps, order and pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exchanger.sandbox.bitrix24 import Person, Portal
from exchanger.sandbox.bitrix24.access import Webhook
from exchanger.sandbox.bitrix24.seed import CLERK
from tests.sandbox.bitrix24.client import Client
from tests.sandbox.bitrix24.conftest import ManualClock


@pytest.fixture
async def three(client: Client, clock: ManualClock) -> Client:
    await client.add(
        TITLE="Первое дело", XML_ID="exch:a:1", UF_ELEMENT_ID="A", DEADLINE="2026-03-01T00:00:00Z", TAGS=["x"]
    )
    clock.advance(10)
    await client.add(TITLE="Второе", XML_ID="exch:a:2", RESPONSIBLE_ID=4, PRIORITY=2, AUDITORS=[5], PARENT_ID=1)
    clock.advance(10)
    await client.add(TITLE="Третье дело", XML_ID="exch:a:3", UF_ELEMENT_ID="B", DEADLINE="2026-04-01T00:00:00Z")
    return client


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [1, 2, 3]),
    ({"ID": 2}, [2]),
    ({"ID": ["1", "3", "77"]}, [1, 3]),
    ({"!ID": [1, 3]}, [2]),
    ({">ID": 1, "<=ID": 2}, [2]),
    ({"XML_ID": "exch:a:2"}, [2]),
    ({"=XML_ID": "exch:a:9"}, []),
    ({"XML_ID": ["exch:a:1", "exch:a:3"]}, [1, 3]),
    ({"%XML_ID": "a:3"}, [3]),
    ({"UF_ELEMENT_ID": "B"}, [3]),
    ({"@UF_ELEMENT_ID": ["A", "B"]}, [1, 3]),
    ({"UF_ELEMENT_ID": ""}, [2]),
    ({"TITLE": "дело"}, [1, 3]),
    ({"=TITLE": "Второе"}, [2]),
    ({"RESPONSIBLE_ID": 4}, [2]),
    ({"AUDITOR": 5}, [2]),
    ({"TAG": "x"}, [1]),
    ({"PRIORITY": 2}, [2]),
    ({"REAL_STATUS": 2}, [1, 2, 3]),
    ({"REAL_STATUS": [3, 5]}, []),
    ({"PARENT_ID": 1}, [2]),
    ({"ONLY_ROOT_TASKS": "Y"}, [1, 3]),
    ({"DEADLINE": ""}, [2]),
    ({"!DEADLINE": ""}, [1, 3]),
    ({"<DEADLINE": "2026-03-15"}, [1]),
    ({">=CHANGED_DATE": "2026-03-02T12:00:10+03:00"}, [2, 3]),
    ({">CHANGED_DATE": "2026-03-02T12:00:10+03:00"}, [3]),
    ({"::LOGIC": "OR", "ID": 1, "PRIORITY": 2}, [1, 2]),
    ({"::SUBFILTER-1": {"::LOGIC": "OR", "ID": [1, 2]}, "PRIORITY": 2}, [2]),
    # the traps
    ({"NO_SUCH_FIELD": "x"}, [1, 2, 3]),
    ({"UF_NO_SUCH": "x"}, [1, 2, 3]),
    ({"ID": []}, [1, 2, 3]),
    ({">=CHANGED_DATE": "2026-03-02T12:00:10 03:00"}, [1, 2, 3]),  # `+` became a space: epoch 0
    ({"XML_ID": "EXCH:A:2"}, [2]),  # collation without case
]


@pytest.mark.parametrize(("filter_", "expected"), FILTERS)
async def test_a_filter_finds(three: Client, filter_: dict[str, Any], expected: list[int]) -> None:
    assert await three.ids(filter_) == expected


async def test_status_is_a_derived_value_and_misses_overdue_and_unviewed(three: Client, portal: Portal) -> None:
    assert await three.ids({"STATUS": 2}) == [2, 3]  # the first is overdue
    assert await three.ids({"STATUS": -1}) == [1]
    rows = (await three.result("tasks.task.list", {"select": ["ID", "STATUS"], "order": {"ID": "asc"}}))["tasks"]
    assert [(row["status"], row["subStatus"]) for row in rows] == [("2", "-1"), ("2", "2"), ("2", "2")]
    portal.access.webhooks.append(Webhook(CLERK, "clerk"))
    base = f"{three.running.url}/rest/{CLERK}/clerk/"
    _, body = await three.send("tasks.task.list", {"filter": {"STATUS": -2}, "select": ["ID"]}, base=base)
    assert [row["id"] for row in body["result"]["tasks"]] == ["3"]
    Person(portal, portal.user(CLERK)).open(3)
    _, body = await three.send("tasks.task.list", {"filter": {"STATUS": -2}, "select": ["ID"]}, base=base)
    assert body["result"]["tasks"] == []


async def test_an_ignored_filter_returns_everything_visible(three: Client, portal: Portal) -> None:
    portal.faults.ignored_filters.add("XML_ID")
    assert await three.ids({"XML_ID": "exch:selftest"}) == [1, 2, 3]


async def test_a_new_task_may_be_read_before_it_can_be_found(
    client: Client, portal: Portal, clock: ManualClock
) -> None:
    portal.faults.search_lag = timedelta(seconds=5)
    await client.add(XML_ID="exch:1")
    assert (await client.result("tasks.task.get", {"taskId": 1}))["task"]["id"] == "1"
    assert await client.ids({"XML_ID": "exch:1"}) == []
    clock.advance(5)
    assert await client.ids({"XML_ID": "exch:1"}) == [1]


async def test_only_participants_and_their_managers_see_a_task(three: Client, portal: Portal) -> None:
    portal.access.webhooks.append(Webhook(CLERK, "clerk"))
    _, body = await three.send("tasks.task.list", {"select": ["ID"]}, base=f"{three.running.url}/rest/{CLERK}/clerk/")
    assert ([row["id"] for row in body["result"]["tasks"]], body["total"]) == (["3", "1"], 2)


async def test_pages_of_fifty_and_the_end_without_next(client: Client) -> None:
    for _ in range(101):
        await client.add()
    sizes = []
    for start in (0, 50, 100):
        _, body = await client.send("tasks.task.list", {"start": start, "select": ["ID"]})
        sizes.append((len(body["result"]["tasks"]), body.get("next"), body["total"]))
    assert sizes == [(50, 50, 101), (50, 100, 101), (1, None, 101)]


async def test_start_minus_one_counts_nothing_and_pages_by_key(client: Client) -> None:
    for _ in range(60):
        await client.add()
    params = {"start": -1, "order": {"ID": "asc"}, "select": ["ID"]}
    _, first = await client.send("tasks.task.list", params)
    assert ("total" in first, "next" in first, len(first["result"]["tasks"])) == (False, False, 50)
    rest = await client.ids({">ID": first["result"]["tasks"][-1]["id"]}, start=-1, order={"ID": "asc"})
    assert rest == list(range(51, 61))


async def test_start_minus_one_counts_nothing_in_any_order(three: Client) -> None:
    _, body = await three.send("tasks.task.list", {"start": -1, "order": {"DEADLINE": "desc"}, "select": ["ID"]})
    assert ([row["id"] for row in body["result"]["tasks"]], "total" in body) == (["3", "1", "2"], False)


async def test_the_order_is_by_number_downwards_unless_told(three: Client) -> None:
    async def order(**params: Any) -> list[str]:
        return [row["id"] for row in (await three.result("tasks.task.list", {"select": ["ID"], **params}))["tasks"]]

    assert await order() == ["3", "2", "1"]
    assert await order(order={"DEADLINE": "asc"}) == ["2", "1", "3"]
    assert await order(order={"PRIORITY": "desc", "ID": "asc"}) == ["2", "1", "3"]
    assert await three.error("tasks.task.list", {"order": {"COLOUR": "asc"}}) == (400, "0")


async def test_tags_come_in_a_list_as_a_map_and_an_empty_map_as_a_list(three: Client) -> None:
    rows = (await three.result("tasks.task.list", {"select": ["TAGS"], "order": {"ID": "asc"}}))["tasks"]
    assert [row["tags"] for row in rows] == [{"100": {"id": 100, "title": "x"}}, [], []]
