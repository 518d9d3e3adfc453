"""A recording of OpenProject: the shape of its answers, nothing of its people, and nothing is written."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from exchanger.cli import app
from exchanger.connect import Answer, Http, HttpOptions, Limiter, Limits
from exchanger.domain.errors import ConfigError, SystemPaused
from exchanger.ops.record.compare import Compared
from exchanger.ops.record.compare import compare as compare_by
from exchanger.ops.record.recording import Recorded, Recording, load
from exchanger.ops.record.stand_openproject import filled, record_stand
from exchanger.ops.record.tour_openproject import RULES, OpenProjectTour, record
from exchanger.ops.record.walk import Step, noted
from exchanger.sandbox.openproject import Person, default_instance, render, standin
from exchanger.sandbox.openproject.model import Attachment
from exchanger.sandbox.openproject.seed import CLERK, KEY_FIELD, ROBOT, TOKEN
from exchanger.systems.openproject.desk import desk_on
from exchanger.systems.openproject.settings import ApiKey, OpenProjectOptions
from exchanger.telemetry.clock import SystemClock

TEXTS = ("Договор Канарейкина", "+79161234567", "kanareikin@op.example", "canary-note", "canary-file")


def _compare(system: Sequence[Recorded], stand: Sequence[Recorded]) -> Compared:
    return compare_by(system, stand, RULES)


def _said(found: Compared) -> set[tuple[str, str]]:
    return {(each.step, each.where) for each in found.differences}


async def test_the_stand_in_recorded_and_replayed_does_not_differ() -> None:
    recorded = load(Recording.of("openproject", await record_stand(filled())).dump())

    found = _compare(recorded.lines, await record_stand(filled()))

    assert (recorded.system, found) == ("openproject", Compared((), ()))
    steps = {each.step: each for each in recorded.lines}
    wanted = {"root", "assignees", "form", "package", "activities", "attachments", "watchers", "relations", "schema"}
    assert wanted | {"missing key", "items of a field", "one number left out"} <= steps.keys()
    assert steps["package"].answer.keys["lockVersion"].kinds == {"int"}
    assert steps["attachments"].answer.keys["_embedded"].keys["elements"].item is not None
    assert (steps["missing package"].status, steps["missing package"].error) == (404, "NotFound")
    assert (steps["one number too many"].error, steps["one number left out"].error) == ("InvalidQuery", "")


async def test_an_instance_without_packages_or_rights_differs_in_nothing_that_is_known() -> None:
    plain = default_instance()
    plain.principals[ROBOT] = replace(plain.principals[ROBOT], admin=False)
    recorded = await record_stand(plain)

    found = _compare(recorded, await record_stand(filled()))

    assert found.differences == ()


async def test_a_package_that_nobody_does_says_nothing_of_those_who_do() -> None:
    plain = default_instance()
    Person(plain, plain.principals[CLERK]).create("main", "Ничей")

    found = _compare(await record_stand(plain), await record_stand(filled()))

    assert found.differences == ()


async def test_a_changed_shape_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = await record_stand(filled())
    kept = render.package

    def changed(*given: Any) -> Any:
        body = {name: each for name, each in kept(*given).items() if name != "subject"}
        return body | {"lockVersion": "x", "fresh": 1}

    monkeypatch.setattr(render, "package", changed)
    found = _compare(recorded, await record_stand(filled()))

    assert {("package", "lockVersion"), ("package", "subject"), ("package", "fresh")} <= _said(found)
    said = {each.where: each.what for each in found.differences if each.step == "package"}
    assert said["lockVersion"] == "род: в записи int, у стенда string"
    assert said["subject"] == "стенд этого ключа не отдаёт"
    assert said["fresh"] == "в записи этого ключа нет"


async def test_a_filter_that_is_passed_over_is_caught() -> None:
    recorded = await record_stand(filled())
    stand = filled()
    stand.faults.ignored_filters.add("customField1")

    assert _said(_compare(recorded, await record_stand(stand))) == {("missing key", "_embedded.elements")}


async def test_a_lack_of_rights_is_said_and_is_no_difference() -> None:
    stand = await record_stand(filled())
    told = [
        replace(each, status=403, error="MissingPermission") if each.step == "relations" else each for each in stand
    ]

    found = _compare(told, stand)

    assert found.differences == ()
    assert found.skipped == ("relations (GET /relations): система не дала этого сделать (MissingPermission)",)


async def test_nothing_personal_reaches_the_recording(monkeypatch: pytest.MonkeyPatch) -> None:
    instance = filled()
    subject, phone, mail, note, file = TEXTS
    person = Person(instance, instance.principals[CLERK])
    made = person.create("main", subject)
    made.description = f"{phone} {mail}"
    person.fill(made.id, 1, note)
    person.comment(made.id, note)
    instance.attachments[99] = Attachment(99, made.id, file, b"1")
    kept = render.status
    monkeypatch.setattr(render, "status", lambda *given: kept(*given) | {mail: 1, phone: 2, "Имя": 3, TOKEN: 4})

    text = Recording.of("openproject", await record_stand(instance)).dump()

    people = [word for each in instance.principals.values() for word in (each.name, each.login, each.email) if word]
    named = [each.name for each in instance.custom_fields.values()] + [each.name for each in instance.projects.values()]
    names = [each for each in (*people, *named) if each not in {"admin", "robot"}]  # words of the protocol as well
    assert [word for word in (*TEXTS, TOKEN, KEY_FIELD, *names, "127.0.0.1") if word in text] == []
    assert '"<key>"' in text
    assert '"<uf>"' in text


@pytest.mark.parametrize("kind", ["Канарейкин", "Kanareikin", "kanareikin@op.example", "+79161234567"])
async def test_an_error_that_is_none_of_the_api_is_not_kept(kind: str) -> None:
    options = OpenProjectOptions(url="http://127.0.0.1:9", login=ApiKey(TOKEN), projects=("main",))
    async with Http(HttpOptions(name="x"), Limiter(Limits())) as http:
        tour = OpenProjectTour(desk_on(http, options, SystemClock()))
    body = {"errorIdentifier": f"urn:openproject-org:api:v3:errors:{kind}", "message": kind}

    line = noted(tour, Step("s", "m", {}), Answer(400, {}, json.dumps(body).encode()), 0.1)
    page = noted(tour, Step("s", "m", {}), Answer(502, {}, f"<h1>{kind}</h1>".encode()), 0.1)

    assert (line.error, page.error) == ("<code>", "page")
    assert [each for each in (line.line(), page.line()) if kind in each] == []


async def test_recording_only_reads() -> None:
    instance = filled()
    before = repr((instance.work_packages, instance.activities, instance.relations, instance.attachments))

    await record_stand(instance)

    after = repr((instance.work_packages, instance.activities, instance.relations, instance.attachments))
    assert after == before
    assert {each for each in instance.requests if not each.startswith("GET ")} == {"POST /work_packages/form"}


async def test_an_instance_that_does_not_let_us_in_is_an_error() -> None:
    async with standin(default_instance()) as running:
        with pytest.raises(SystemPaused):
            await record(OpenProjectOptions(running.url, ApiKey("wrong"), projects=("main",)), SystemClock())
    with pytest.raises(ConfigError, match="OPENPROJECT_DEFAULT_PROJECT_ID"):
        await record(OpenProjectOptions(running.url, ApiKey("wrong"), projects=()), SystemClock())


async def test_the_commands_record_and_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "op.jsonl"
    async with standin(filled()) as running:
        monkeypatch.setenv("CAMUNDA_BASE_URL", "http://127.0.0.1:9/engine-rest")
        monkeypatch.setenv("OPENPROJECT_API_URL", running.url)
        monkeypatch.setenv("OPENPROJECT_API_KEY", TOKEN)
        monkeypatch.setenv("OPENPROJECT_DEFAULT_PROJECT_ID", "main")
        made = await asyncio.to_thread(_run, "record", "openproject", "-o", str(file))
    same = await asyncio.to_thread(_run, "replay", str(file))
    file.write_text(file.read_text("utf-8").replace('"coreVersion":"string"', '"coreVersion":"int"'), "utf-8")
    other = await asyncio.to_thread(_run, "replay", str(file))

    assert made.exit_code == 0, (made.output, made.exception)
    assert TOKEN not in made.output + file.read_text("utf-8")
    assert (same.exit_code, "отличий 0" in same.output) == (0, True), same.output
    assert (other.exit_code, "root (GET /) coreVersion: род: в записи int" in other.output) == (1, True), other.output


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))
