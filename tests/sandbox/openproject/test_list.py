"""Lists: filters, order, pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from exchanger.sandbox.openproject import Instance, Person, key_field
from exchanger.sandbox.openproject.seed import ADMIN, OTHER
from tests.sandbox.openproject.client import Client
from tests.sandbox.openproject.conftest import ManualClock

ANY = {"status": {"operator": "*", "values": []}}


def by_key(*values: str, operator: str = "=") -> list[dict[str, Any]]:
    return [{"customField1": {"operator": operator, "values": list(values)}}, ANY]


async def test_without_filters_closed_packages_are_not_shown(client: Client, instance: Instance) -> None:
    await client.add()
    await client.add()
    Person(instance, instance.principals[ADMIN]).close(1)
    assert await client.ids() == [2]
    assert await client.ids(filters=[]) == [1, 2]
    assert await client.ids(filters=[ANY]) == [1, 2]
    assert await client.ids(filters=[{"status": {"operator": "c", "values": []}}]) == [1]


async def test_pages_are_counted_from_one_and_clamped_in_silence(client: Client, instance: Instance) -> None:
    for _ in range(25):
        await client.add()
    first = await client.get("/work_packages", filters=[])
    assert (first["count"], first["total"], first["pageSize"], first["offset"]) == (20, 25, 20, 1)
    assert await client.ids(filters=[], offset="2") == [21, 22, 23, 24, 25]
    instance.config.max_page_size = 10
    assert (await client.get("/work_packages", filters=[], pageSize="5000"))["pageSize"] == 10
    assert (await client.get("/work_packages", filters=[], pageSize="-1"))["pageSize"] == 10


async def test_a_string_field_knows_four_operators_and_is_exact(client: Client) -> None:
    await client.add(customField1="exch:A")
    await client.add(customField1="exch:b")
    assert await client.ids(filters=by_key("exch:A", "exch:B")) == [1]
    assert await client.ids(filters=by_key("EXCH", operator="~")) == [1, 2]
    assert await client.ids(filters=by_key("exch:A", operator="!")) == [2]
    for operator in ("*", "!*", "o"):
        assert await client.error("GET", "/work_packages", filters=by_key("x", operator=operator)) == (
            400,
            "InvalidQuery",
            "",
        )


@pytest.mark.parametrize(
    ("filterable", "for_all", "global_", "inside"),
    [(True, True, 200, 200), (True, False, 400, 200), (False, True, 400, 400)],
)
async def test_where_a_field_may_be_searched(
    client: Client, instance: Instance, *, filterable: bool, for_all: bool, global_: int, inside: int
) -> None:
    instance.custom_fields[1] = key_field(filterable=filterable, for_all=for_all)
    assert (await client.send("GET", "/work_packages", filters=by_key("x")))[0] == global_
    assert (await client.send("GET", "/projects/1/work_packages", filters=by_key("x")))[0] == inside
    elsewhere = (await client.send("GET", f"/projects/{OTHER}/work_packages", filters=by_key("x")))[0]
    assert elsewhere == (200 if filterable and for_all else 400)


async def test_a_moved_package_loses_the_value_of_a_field_that_is_not_there(client: Client, instance: Instance) -> None:
    instance.custom_fields[1] = key_field(for_all=False)
    made = await client.add(customField1="exch:a")
    assert await client.ids("/projects/1/work_packages", filters=by_key("exch:a")) == [made["id"]]
    Person(instance, instance.principals[ADMIN]).move(made["id"], OTHER)
    assert await client.ids("/projects/1/work_packages", filters=by_key("exch:a")) == []
    assert "customField1" not in await client.get(f"/work_packages/{made['id']}")


async def test_one_id_that_is_not_there_refuses_the_whole_list(client: Client) -> None:
    await client.add()
    await client.add()

    def ids(*values: str) -> list[dict[str, Any]]:
        return [{"id": {"operator": "=", "values": list(values)}}, ANY]

    assert await client.ids(filters=ids("1")) == [1]
    assert await client.error("GET", "/work_packages", filters=ids("1", "9")) == (400, "InvalidQuery", "")
    assert await client.ids(filters=ids("1", "9"), valid_subset="true") == [1]
    assert await client.ids(filters=ids("8", "9"), valid_subset="true") == [1, 2]  # as if there were no filter


async def test_changes_are_a_closed_interval_in_their_order(client: Client, clock: ManualClock) -> None:
    for _ in range(3):
        await client.add()
        clock.advance(10)
    since = [{"updatedAt": {"operator": "<>d", "values": ["2026-03-02T09:00:10.000Z", ""]}}]
    assert await client.ids(filters=since, sortBy=[["updatedAt", "desc"]]) == [3, 2]
    until = [{"updatedAt": {"operator": "<>d", "values": ["", "2026-03-02T09:00:10.000Z"]}}]
    assert await client.ids(filters=until) == [1, 2]


@pytest.mark.parametrize(
    "query",
    [
        {"filters": "{"},
        {"filters": [{"colour": {"operator": "=", "values": ["red"]}}]},
        {"sortBy": [["colour", "asc"]]},
    ],
)
async def test_an_unknown_filter_or_order_is_refused(client: Client, query: dict[str, Any]) -> None:
    assert await client.error("GET", "/work_packages", **query) == (400, "InvalidQuery", "")


async def test_a_search_may_lag_behind(client: Client, instance: Instance, clock: ManualClock) -> None:
    instance.faults.search_lag = timedelta(seconds=5)
    made = await client.add()
    assert await client.ids(filters=[]) == []
    assert (await client.get(f"/work_packages/{made['id']}"))["id"] == made["id"]
    clock.advance(5)
    assert await client.ids(filters=[]) == [1]
