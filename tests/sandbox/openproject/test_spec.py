"""The stand-in's answers against the vendor's own description, where a copy of it is at hand.

The description is under the GPL: it is read, never copied here. `OPENPROJECT_SPEC` names its folder (or the file
`openapi-spec.yml` in it). Where it and the Ruby code differ the stand-in follows the code; those places are named.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from exchanger.sandbox.openproject import Instance, Person
from exchanger.sandbox.openproject.model import Attachment
from exchanger.sandbox.openproject.seed import ADMIN, CLERK
from tests.sandbox.openproject.client import Client
from tests.sandbox.openproject.spec_schema import response, violations
from tests.sandbox.openproject.spec_yaml import parse

_BESIDE = Path(__file__).parents[3].parent / "shared/specs/openproject"

# The Ruby code answers so, whatever the description says.
_TOLD_WRONG = (
    "._type: 'WorkPackageCollection' нет среди ['Collection']",
    "._type: 'Group' нет среди ['User']",  # groups may be assigned, too,
    "._embedded.elements[4]: нет avatar",  # and have no picture
    "._type: 'Activity' нет среди ['Activity::Comment']",
)


@pytest.fixture(scope="session")
def spec() -> Path:
    given = Path(os.environ.get("OPENPROJECT_SPEC", "") or _BESIDE)
    root = given.parent if given.is_file() else given
    if not (root / "paths/work_packages.yml").is_file():
        pytest.skip("нет описания API OpenProject: укажите OPENPROJECT_SPEC")
    return root


@pytest.fixture(autouse=True)
async def _world(client: Client, instance: Instance) -> None:
    made = await client.add(customField1="exch:a", startDate="2026-05-01", customField4={"raw": "Текст"},
                            links={"assignee": {"href": f"/api/v3/users/{CLERK}"},
                                   "customField3": [{"href": "/api/v3/custom_options/3"}]})  # fmt: skip
    await client.add()
    Person(instance, instance.principals[ADMIN]).comment(made["id"], "Слово")
    body = {"type": "precedes", "lag": 1, "_links": {"to": {"href": "/api/v3/work_packages/2"}}}
    await client.send("POST", "/work_packages/1/relations", body)
    instance.attachments[9] = Attachment(9, made["id"], "a.pdf", b"%PDF", "[ref]", "application/pdf")
    await client.send("POST", "/work_packages/1/watchers", {"user": {"href": f"/api/v3/users/{CLERK}"}})


READS = [
    ("/work_packages?filters=[]", "work_packages.yml"),
    ("/projects/1/work_packages", "project_work_packages.yml"),
    ("/work_packages/1", "work_package.yml"),
    ("/work_packages/1/activities", "work_package_activities.yml"),
    ("/relations", "relations.yml"),
    ("/work_packages/1/watchers", "work_package_watchers.yml"),
    ("/work_packages/1/attachments", "work_package_attachments.yml"),
    ("/statuses", "statuses.yml"),
    ("/types", "types.yml"),
    ("/projects/1/types", "project_types.yml"),
    ("/priorities", "priorities.yml"),
    ("/projects/1", "project.yml"),
    ("/projects", "projects.yml"),
    ("/projects/1/available_assignees", "project_available_assignees.yml"),
    ("/principals", "principals.yml"),
    ("/configuration", "configuration.yml"),
]


@pytest.mark.parametrize(("path", "file"), READS, ids=[path for path, _ in READS])
async def test_what_is_read_is_what_is_described(spec: Path, client: Client, path: str, file: str) -> None:
    schema, here = response(spec, file, "get", 200)
    found = violations(schema, here, await client.get(path))
    assert [each for each in found if not each.endswith(_TOLD_WRONG)] == []


_PROJECT = {"_links": {"project": {"href": "/api/v3/projects/1"}}}
_OTHER = {"type": "blocks", "_links": {"to": {"href": "/api/v3/work_packages/2"}}}
WRITES: list[tuple[str, Mapping[str, Any], str, int, int]] = [
    ("/work_packages", {"subject": "Дело", **_PROJECT}, "work_packages.yml", 201, 200),
    ("/work_packages/form", _PROJECT, "work_packages_form.yml", 200, 200),
    ("/work_packages/1/relations", _OTHER, "work_package_relations.yml", 201, 201),
    ("/projects", {"name": "Новый", "customField41": "Завод"}, "projects.yml", 201, 201),
    ("/projects/form", {"name": "Новый"}, "projects_form.yml", 200, 200),
]


@pytest.mark.parametrize(("path", "body", "file", "status", "described"), WRITES, ids=[case[0] for case in WRITES])
async def test_what_is_written_is_answered_as_described(
    spec: Path, client: Client, path: str, body: Mapping[str, Any], file: str, status: int, described: int
) -> None:
    answered, shown = await client.send("POST", path, dict(body))
    assert answered == status  # a creation is 201, though the description promises 200
    schema, here = response(spec, file, "post", described)
    assert list(violations(schema, here, shown)) == []


UNTOLD = [
    ("GET", "/work_packages/schemas/1-1", None, "work_package_schema_model.yml"),
    ("POST", "/work_packages/1/activities", {"comment": {"raw": "Слово"}}, "activity_model.yml"),
    ("POST", "/work_packages/2/watchers", {"user": {"href": f"/api/v3/users/{CLERK}"}}, "user_model.yml"),
]
"""Answers whose schema the description of the path leaves out."""


@pytest.mark.parametrize(("method", "path", "body", "model"), UNTOLD, ids=[case[1] for case in UNTOLD])
async def test_an_answer_left_out_of_the_paths_is_the_described_record(
    spec: Path, client: Client, method: str, path: str, body: Any, model: str
) -> None:
    _, shown = await client.send(method, path, body)
    assert list(violations({"$ref": model}, spec / "components/schemas", shown)) == []


REFUSALS = [
    ("GET", "/work_packages/99", None, "work_package.yml", 404),
    ("PATCH", "/work_packages/1", {}, "work_package.yml", 409),
    ("POST", "/work_packages", _PROJECT, "work_packages.yml", 422),
    ("POST", "/projects", {}, "projects.yml", 422),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "file", "status"), REFUSALS, ids=[f"{case[1]} {case[4]}" for case in REFUSALS]
)
async def test_a_refusal_has_the_described_body(
    spec: Path, client: Client, method: str, path: str, body: Any, file: str, status: int
) -> None:
    answered, shown = await client.send(method, path, body)
    assert answered == status
    schema, here = response(spec, file, method.lower(), status)
    assert list(violations(schema, here, shown)) == []


async def test_the_check_bites(spec: Path, client: Client) -> None:
    schema, here = response(spec, "work_package.yml", "get", 200)
    shown = await client.get("/work_packages/1")
    spoilt = {**shown, "subject": 5, "lockVersion": "0", "_links": {}}
    found = " ".join(violations(schema, here, spoilt))
    assert ".subject" in found
    assert ".lockVersion" in found
    assert "._links: нет" in found


def test_every_file_of_the_description_is_read(spec: Path) -> None:
    files = sorted((spec / "components/schemas").glob("*.yml"))
    assert len(files) > 100
    assert [file.name for file in files if not isinstance(parse(file.read_text("utf-8")), dict)] == []


def test_our_reader_of_yaml() -> None:
    text = """
# a comment
type: object
required:
- a
- "b c"
properties:
  a:
    type:
      - 'string'
      - "null"
    description: |-
      Not a key: really

        deeper
    enum: [ 'x', y ]
  list:
    - name: one
      of: 1
    -
      name: two
    - plain
long: several
  words
flag: true
"""
    assert parse(text) == {
        "type": "object",
        "required": ["a", "b c"],
        "properties": {
            "a": {
                "type": ["string", "null"],
                "description": "Not a key: really\n\ndeeper",
                "enum": ["x", "y"],
            },
            "list": [{"name": "one", "of": 1}, {"name": "two"}, "plain"],
        },
        "long": "several words",
        "flag": True,
    }
    with pytest.raises(ValueError, match="не читаем"):
        parse("a: &anchor b")
