"""What belongs to a package: relations, watchers, comments, attachments; and people."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import FormData

from exchanger.sandbox.openproject import Instance
from exchanger.sandbox.openproject.seed import CLERK, TOKEN
from tests.sandbox.openproject.client import Client


async def relate(client: Client, kind: str, here: int = 1, to: int = 2) -> tuple[int, Any]:
    body = {"type": kind, "_links": {"to": {"href": f"/api/v3/work_packages/{to}"}}}
    return await client.send("POST", f"/work_packages/{here}/relations", body)


@pytest.fixture(autouse=True)
async def _packages(client: Client) -> None:
    await client.add()
    await client.add()


@pytest.mark.parametrize(
    ("sent", "kept", "ends"),
    [("follows", "follows", ("1", "2")), ("precedes", "follows", ("2", "1")), ("blocked", "blocks", ("2", "1")),
     ("partof", "includes", ("2", "1")), ("relates", "relates", ("1", "2"))],
)  # fmt: skip
async def test_a_relation_is_kept_from_one_end(client: Client, sent: str, kept: str, ends: tuple[str, str]) -> None:
    status, made = await relate(client, sent)
    shown = tuple(made["_links"][end]["href"].rpartition("/")[2] for end in ("from", "to"))
    assert (status, made["type"], shown) == (201, kept, ends)


async def test_there_is_one_relation_of_an_ordered_pair_whatever_its_kind(client: Client) -> None:
    await relate(client, "follows")
    status, said = await relate(client, "relates")
    assert (status, said["_embedded"]["details"]["attribute"]) == (422, "to")
    assert (await relate(client, "precedes"))[0] == 201  # the other way round is another pair
    involved = [{"involved": {"operator": "=", "values": ["1"]}}]
    assert (await client.get("/relations", filters=involved))["total"] == 2


async def test_the_relations_of_a_package_have_moved(client: Client) -> None:
    url = f"{client.running.url}/api/v3/work_packages/1/relations"
    named = {"Authorization": f"Bearer {TOKEN}"}
    async with client.session.get(url, headers=named, allow_redirects=False) as answer:
        assert answer.status == 308
        assert answer.headers["Location"].startswith("/api/v3/relations?filters=")


async def test_a_watcher_is_new_once(client: Client, instance: Instance) -> None:
    body = {"user": {"href": f"/api/v3/users/{CLERK}"}}
    assert (await client.send("POST", "/work_packages/1/watchers", body))[0] == 201
    assert (await client.send("POST", "/work_packages/1/watchers", body))[0] == 200
    assert instance.work_packages[1].watchers == [CLERK]


async def test_activities_have_growing_versions_and_comments_their_type(client: Client) -> None:
    await client.send("POST", "/work_packages/1/activities", {"comment": {"raw": "Слово"}}, notify="false")
    rows = (await client.get("/work_packages/1/activities"))["_embedded"]["elements"]
    assert [(each["version"], each["_type"]) for each in rows] == [(1, "Activity"), (2, "Activity::Comment")]
    assert rows[1]["comment"]["raw"] == "Слово"


@pytest.mark.parametrize(("parts", "status"), [(("metadata", "file"), 201), (("file",), 400)])
async def test_an_attachment_is_exactly_two_parts(client: Client, parts: tuple[str, ...], status: int) -> None:
    form = FormData()
    if "metadata" in parts:
        form.add_field("metadata", json.dumps({"fileName": "Договор.pdf"}), content_type="application/json")
    form.add_field("file", b"%PDF", filename="x.pdf")
    url = f"{client.running.url}/api/v3/work_packages/1/attachments"
    async with client.session.post(url, data=form, headers={"Authorization": f"Bearer {TOKEN}"}) as answer:
        assert answer.status == status
    shown = (await client.get("/work_packages/1/attachments"))["_embedded"]["elements"]
    assert [each["fileName"] for each in shown] == (["Договор.pdf"] if status == 201 else [])


async def test_login_and_email_are_shown_to_those_who_manage_people(client: Client, instance: Instance) -> None:
    seen = (await client.get("/projects/1/available_assignees"))["_embedded"]["elements"]
    assert {each.get("email") for each in seen} >= {"clerk@example.ru"}
    instance.tokens["clerk-token"] = CLERK
    named = {"Authorization": "Bearer clerk-token"}
    _, body = await client.send("GET", "/projects/1/available_assignees", headers=named)
    assert {each.get("email") for each in body["_embedded"]["elements"]} == {"clerk@example.ru", None}


async def test_people_are_filtered(client: Client) -> None:
    filters = [{"any_name_attribute": {"operator": "~", "values": ["engineer2"]}},
               {"member": {"operator": "=", "values": ["1"]}}]  # fmt: skip
    found = (await client.get("/principals", filters=filters))["_embedded"]["elements"]
    assert [each["login"] for each in found] == ["engineer2"]
