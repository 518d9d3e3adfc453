"""A recording holds the shape of a portal's answers and nothing of its people; a stand-in that differs is caught."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from exchanger.cli import app
from exchanger.connect import Answer, Http, HttpOptions, Limiter, Limits
from exchanger.domain.errors import ConfigError, ExchangerError
from exchanger.ops.record.compare import Compared
from exchanger.ops.record.compare import compare as compare_by
from exchanger.ops.record.recording import LONGEST_LINE, Recorded, Recording, load
from exchanger.ops.record.shape import Shape, shape_of
from exchanger.ops.record.stand_bitrix24 import fill, record_stand, stand_like
from exchanger.ops.record.tour_bitrix24 import RULES, BitrixTour, about, opening, record, refusals
from exchanger.ops.record.walk import Step, noted
from exchanger.sandbox.bitrix24 import Build, Fault, FaultKind, Person, Portal, default_portal, standin
from exchanger.sandbox.bitrix24.registry import V2, Call, Reply
from exchanger.sandbox.bitrix24.seed import ADMIN, CLERK, SECRET, USERS
from exchanger.systems.bitrix24.api import BitrixApi
from exchanger.systems.bitrix24.settings import BitrixOptions
from exchanger.telemetry.clock import SystemClock

CANARY = ("Договор Канарейкина", "+79161234567", "kanareikin@portal.example", "kanareikin-tag", "canary-note")


def _portal(**options: Any) -> Portal:
    portal = default_portal(**options)
    fill(portal)
    return portal


@contextmanager
def _answering(name: str, change: Any) -> Iterator[None]:
    """The stand-in's method answers otherwise for a while."""
    known = V2._methods[name.lower()]

    def handler(call: Call) -> Reply:
        reply = known.handler(call)
        return replace(reply, result=change(reply.result))

    V2._methods[name.lower()] = replace(known, handler=handler)
    try:
        yield
    finally:
        V2._methods[name.lower()] = known


def dump(lines: Sequence[Recorded]) -> str:
    return Recording.of("bitrix24", lines).dump()


def compare(portal: Sequence[Recorded], stand: Sequence[Recorded]) -> Compared:
    return compare_by(portal, stand, RULES)


def _recorded(step: Step, answer: Answer) -> Recorded:
    async def tour() -> BitrixTour:
        async with Http(HttpOptions(name="x"), Limiter(Limits())) as http:
            return BitrixTour(BitrixApi(BitrixOptions(webhook_url="http://127.0.0.1:9/rest/1/x/"), http, SystemClock()))

    return noted(asyncio.run(tour()), step, answer, 0.1)


def _said(found: Compared) -> list[tuple[str, str]]:
    return [(each.step, each.where) for each in found.differences]


@pytest.mark.parametrize("addon", [False, True])
async def test_the_stand_in_recorded_and_replayed_does_not_differ(addon: bool) -> None:
    recorded = load(dump(await record_stand(_portal(build=Build(addon=addon))))).lines

    found = compare(recorded, await record_stand(stand_like(recorded)))

    assert found.differences == ()
    steps = {each.step: each for each in recorded}
    assert {"profile", "task", "results", "check list", "file", "history", "batch", "unknown method"} <= steps.keys()
    assert (steps["questionnaires"].error == "") is addon
    assert steps["task"].answer.keys["result"].keys["task"].keys["id"].kinds == {"string:digits"}
    assert steps["results"].answer.keys["result"].item is not None


async def test_a_portal_without_tasks_differs_in_nothing_that_is_known() -> None:
    recorded = await record_stand(default_portal())

    found = compare(recorded, await record_stand(stand_like(recorded)))

    assert found.differences == ()


async def test_a_changed_shape_is_caught() -> None:
    recorded = await record_stand(_portal())

    def changed(result: Any) -> Any:
        task = {name: each for name, each in result["task"].items() if name != "title"} if result else {}
        return {"task": task | {"id": int(task["id"]), "fresh": "x"}} if task else result

    with _answering("tasks.task.get", changed):
        found = compare(recorded, await record_stand(stand_like(recorded)))

    assert set(_said(found)) == {
        ("task", "result.task.fresh"),
        ("task", "result.task.id"),
        ("task", "result.task.title"),
    }
    said = {each.where: each.what for each in found.differences}
    assert said["result.task.id"] == "род: в записи string:digits, у стенда int"


async def test_another_answer_to_what_is_missing_is_caught() -> None:
    recorded = await record_stand(_portal())
    with _answering("tasks.template.get", lambda result: result or []):
        of_template = compare(recorded, await record_stand(stand_like(recorded)))
    stand = stand_like(recorded)
    stand.faults.ignored_filters.add("XML_ID")
    of_key = compare(recorded, await record_stand(stand))

    assert _said(of_template) == [("missing template", "result")]
    assert _said(of_key) == [("missing key", "result.tasks")]


async def test_a_refusal_that_the_stand_in_does_not_give_is_caught_and_a_lack_of_rights_is_not() -> None:
    stand = await record_stand(_portal())
    portal = [
        replace(each, status=400, error={"missing task": "ERROR_CORE", "calendar": "insufficient_scope"}[each.step])
        if each.step in {"missing task", "calendar"}
        else each
        for each in stand
    ]

    found = compare(portal, stand)

    assert {each.step for each in found.differences} == {"missing task"}
    assert [each for each in found.skipped if each.startswith("calendar")]


async def test_nothing_personal_reaches_the_recording() -> None:
    portal = _portal(build=Build(addon=True))
    person = Person(portal, portal.user(ADMIN))
    title, phone, mail, tag, note = CANARY
    fields = {"TITLE": title, "DESCRIPTION": f"{phone} {mail}", "RESPONSIBLE_ID": CLERK, "TAGS": [tag], "XML_ID": note}
    task = person.create(fields)
    person.add_result(task.id, f"{title} {phone} {note}")
    with _answering("profile", lambda result: result | {mail: 1, SECRET: 2, phone: 3, "Имя": 4}):
        text = dump(await record_stand(portal))

    people = [word for each in USERS for word in (each.name, each.last_name, each.email)]
    assert [word for word in (*CANARY, SECRET, *people, "portal.example") if word in text] == []
    assert '"<key>"' in text


@pytest.mark.parametrize(
    "code", ["Канарейкин", "kanareikin@portal.example", "+79161234567", "79161234567", "Ab3dE5gH7"]
)
def test_an_error_code_that_is_no_code_is_not_kept(code: str) -> None:
    body = {"error": code, "error_description": "Канарейкин"}
    line = _recorded(Step("s", "m", {}), Answer(400, {}, json.dumps(body).encode())).line()
    page = _recorded(Step("s", "m", {}), Answer(502, {}, f"<h1>{code}</h1>".encode())).line()

    assert json.loads(line)["error"] == "<code>"
    assert [each for each in (line, page) if code in each or "Канарейкин" in each] == []
    assert json.loads(page)["answer"] == "string"


async def test_recording_only_reads() -> None:
    portal = _portal(build=Build(addon=True))
    before = repr(sorted(portal.store.tasks.items()))

    await record_stand(portal)

    assert repr(sorted(portal.store.tasks.items())) == before
    reading = ("get", "list", "fields", "getfields", "profile", "scope", "methods", "time", "getlist", "batch")
    called = {name.rpartition(".")[2] for name in portal.calls} - {"method"}
    assert called <= {*reading}
    assert {step.method for step in [*opening(), *refusals()]}.isdisjoint({"tasks.task.add", "tasks.task.update"})


async def test_a_call_without_an_answer_is_said_and_the_rest_is_recorded() -> None:
    portal = _portal()
    portal.faults.add(Fault(FaultKind.DROP_BEFORE_COMMIT, method="tasks.task.getfields"))

    recorded = {each.step: each for each in await record_stand(portal)}

    assert recorded["task fields"].status == 0
    assert recorded["task"].status == 200


async def test_a_portal_that_is_not_there_is_an_error() -> None:
    async with standin(default_portal()) as running:
        address = running.webhook_url.replace(SECRET, "wrong")
        with pytest.raises(ExchangerError):
            await record(BitrixOptions(webhook_url=address), SystemClock())


def test_a_line_is_bounded() -> None:
    wide = {
        f"Key{chr(65 + a)}{chr(65 + b)}": {f"In{chr(65 + c)}": [1] for c in range(26)}
        for a in range(26)
        for b in range(15)
    }
    line = Recorded("s", "m", Shape(), 200, "", shape_of({"result": {"a": {"b": {"c": {"d": wide}}}}}), 0.1).line()

    assert len(line.encode()) <= LONGEST_LINE
    assert json.loads(line)["answer"]["keys"]["result"]


def test_a_deep_answer_is_cut() -> None:
    deep: Any = "private"
    for _ in range(100):
        deep = {"a": deep}

    assert "private" not in json.dumps(shape_of(deep).dump())
    assert json.dumps(shape_of(deep).dump()).count("keys") == 8


def test_a_file_that_is_not_a_recording_is_refused() -> None:
    for text in ("", "{}", "[]", "no", dump([]).replace("/1", "/2")):
        with pytest.raises(ConfigError, match="не запись"):
            load(text)


@pytest.mark.parametrize("command", [("record", "python", "-o", "out.jsonl"), ("replay", "alien.jsonl")])
def test_a_system_that_cannot_be_recorded_is_refused(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("alien.jsonl").write_text(Recording.of("python", []).dump(), "utf-8")

    with pytest.raises(ConfigError, match="Записывать систему python нечем"):
        CliRunner().invoke(app, command, catch_exceptions=False)


async def test_the_commands_record_replay_and_tell_by_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "portal.jsonl"
    async with standin(_portal()) as running:
        monkeypatch.setenv("CAMUNDA_BASE_URL", "http://127.0.0.1:9/engine-rest")
        monkeypatch.setenv("BITRIX_WEBHOOK_URL", running.webhook_url)
        made = await asyncio.to_thread(_run, "record", "bitrix24", "-o", str(file))
    same = await asyncio.to_thread(_run, "replay", str(file))
    file.write_text(file.read_text("utf-8").replace('"ADMIN":"bool"', '"ADMIN":"int","NEW":"string"'), "utf-8")
    other = await asyncio.to_thread(_run, "replay", str(file))

    assert made.exit_code == 0, (made.output, made.exception)
    assert SECRET not in made.output + file.read_text("utf-8")
    assert (same.exit_code, "отличий 0" in same.output) == (0, True), same.output
    assert other.exit_code == 1
    assert "profile (profile) result.NEW: стенд этого ключа не отдаёт" in other.output


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def test_the_tour_follows_what_it_has_been_told() -> None:
    assert [step.method for step in about("profile", {"ID": "1"})] == ["user.get", "imena.camunda.user.supervisor.get"]
    assert list(about("last tasks", {"tasks": []})) == []
