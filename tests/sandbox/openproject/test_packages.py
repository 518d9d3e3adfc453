"""Creating, changing and the form."""

from __future__ import annotations

from typing import Any

import pytest

from exchanger.sandbox.openproject import Instance
from exchanger.sandbox.openproject.model import CustomField
from exchanger.sandbox.openproject.seed import MILESTONE
from tests.sandbox.openproject.client import Client
from tests.sandbox.openproject.conftest import ManualClock

PROJECT = {"project": {"href": "/api/v3/projects/1"}}


async def test_a_creation_is_201_and_unknown_properties_are_passed_over(client: Client) -> None:
    made = await client.add(customField1="exch:key", colour="red", customField99="?")
    assert (made["id"], made["lockVersion"], made["customField1"]) == (1, 0, "exch:key")
    assert "colour" not in made
    assert made["_links"]["status"]["title"] == "New"


@pytest.mark.parametrize("place", ["projects/1", "projects/main", "workspaces/1"])
async def test_a_project_in_the_path_does_as_well(client: Client, place: str) -> None:
    status, made = await client.send("POST", f"/{place}/work_packages", {"subject": "Дело"})
    assert (status, made["_links"]["project"]["href"]) == (201, "/api/v3/projects/1")


@pytest.mark.parametrize(
    ("fields", "links", "kind", "attribute"),
    [
        ({"subject": " "}, {}, "PropertyConstraintViolation", "subject"),
        ({"subject": "x" * 256}, {}, "PropertyConstraintViolation", "subject"),
        ({"startDate": "2026-05-10", "dueDate": "2026-05-01"}, {}, "PropertyConstraintViolation", "dueDate"),
        ({"startDate": "soon"}, {}, "PropertyFormatError", "startDate"),
        ({"estimatedTime": "5 часов"}, {}, "PropertyFormatError", "estimatedTime"),
        ({"customField6": "7"}, {}, "PropertyFormatError", "customField6"),
        ({}, {"assignee": {"href": "/api/v3/users/5"}}, "PropertyConstraintViolation", "assignee"),
        ({}, {"assignee": {"href": "/api/v3/types/1"}}, "ResourceTypeMismatch", "assignee"),
        ({}, {"parent": {"href": "/api/v3/work_packages/99"}}, "PropertyConstraintViolation", "parent"),
        ({}, {"customField2": {"href": "/api/v3/custom_options/3"}}, "PropertyConstraintViolation", "customField2"),
        ({}, {"type": {"href": "/api/v3/types/9"}}, "PropertyConstraintViolation", "type"),
    ],
)
async def test_what_is_wrong_is_named_by_its_attribute(
    client: Client, instance: Instance, fields: dict[str, Any], links: dict[str, Any], kind: str, attribute: str
) -> None:
    body = {"subject": "Дело", **fields, "_links": PROJECT | links}
    assert await client.error("POST", "/work_packages", body) == (422, kind, attribute)
    assert instance.work_packages == {}


async def test_several_mistakes_come_together(client: Client) -> None:
    body = {"subject": "", "startDate": "soon", "_links": PROJECT}
    status, said = await client.send("POST", "/work_packages", body)
    assert (status, said["errorIdentifier"].rpartition(":")[2]) == (422, "MultipleErrors")
    assert {each["_embedded"]["details"]["attribute"] for each in said["_embedded"]["errors"]} == {
        "subject",
        "startDate",
    }


async def test_a_required_field_is_required_of_new_packages_only(client: Client, instance: Instance) -> None:
    made = await client.add()
    instance.custom_fields[1] = CustomField(1, "external_task_id", required=True)
    body = {"subject": "Дело", "_links": PROJECT}
    assert await client.error("POST", "/work_packages", body) == (422, "PropertyConstraintViolation", "customField1")
    status, _ = await client.send("PATCH", f"/work_packages/{made['id']}", {"lockVersion": 0, "subject": "Иначе"})
    assert status == 200


async def test_a_milestone_knows_one_date_and_no_other(client: Client, instance: Instance) -> None:
    links = {"type": {"href": f"/api/v3/types/{MILESTONE}"}}
    made = await client.add(date="2026-05-01", startDate="2026-01-01", links=links)
    assert made["date"] == "2026-05-01"
    assert "startDate" not in made
    assert str(instance.work_packages[1].start) == "2026-05-01"


@pytest.mark.parametrize("version", [None, 5])
async def test_without_the_right_version_a_change_is_a_conflict(client: Client, version: int | None) -> None:
    await client.add()
    body = {"subject": "Иначе"} | ({} if version is None else {"lockVersion": version})
    assert await client.error("PATCH", "/work_packages/1", body) == (409, "UpdateConflict", "")


async def test_a_change_raises_the_version_and_a_comment_only_the_time(client: Client, clock: ManualClock) -> None:
    await client.add()
    clock.advance(1)
    _, changed = await client.send("PATCH", "/work_packages/1", {"lockVersion": 0, "subject": "Иначе"})
    assert (changed["lockVersion"], changed["updatedAt"]) == (1, "2026-03-02T09:00:01.000Z")
    clock.advance(1)
    await client.send("POST", "/work_packages/1/activities", {"comment": {"raw": "Слово"}})
    shown = await client.get("/work_packages/1")
    assert (shown["lockVersion"], shown["updatedAt"]) == (1, "2026-03-02T09:00:02.000Z")


async def test_the_form_is_always_200_and_makes_nothing(client: Client, instance: Instance) -> None:
    status, form = await client.send("POST", "/work_packages/form", {"subject": "", "_links": PROJECT})
    assert (status, form["_type"], form["_embedded"]["validationErrors"].keys()) == (200, "Form", {"subject"})
    shown = form["_embedded"]["schema"]
    assert (shown["customField1"]["name"], shown["customField1"]["type"]) == ("external_task_id", "String")
    assert shown["customField3"]["type"] == "[]CustomOption"
    assert [each["title"] for each in shown["customField2"]["_links"]["allowedValues"]] == ["Да", "Нет"]
    assert instance.work_packages == {}


async def test_the_form_follows_the_type(client: Client) -> None:
    links = PROJECT | {"type": {"href": "/api/v3/types/3"}}
    _, form = await client.send("POST", "/work_packages/form", {"_links": links})
    assert "customField1" not in form["_embedded"]["schema"]
    shown = await client.get("/work_packages/schemas/1-2")
    assert "date" in shown
    assert await client.error("GET", "/work_packages/schemas/2-2") == (404, "NotFound", "")


async def test_what_is_hidden_is_not_found(client: Client, instance: Instance) -> None:
    await client.add()
    instance.work_packages[1].hidden = True
    assert await client.error("GET", "/work_packages/1") == (404, "NotFound", "")
