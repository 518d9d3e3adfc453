"""A recording of 1C: the shape of what our client reads, nothing of people or of the configuration, no writing."""

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
from exchanger.ops.record.onec_names import known_name
from exchanger.ops.record.recording import Recorded, Recording, load
from exchanger.ops.record.shape import Shape, shape_of
from exchanger.ops.record.stand_onec import filled, profile_of, record_stand
from exchanger.ops.record.tour_onec import RULES, record
from exchanger.ops.record.tour_onec_odata import ODataTour
from exchanger.ops.record.tour_onec_service import ServiceTour
from exchanger.ops.record.walk import Step, Tour, noted
from exchanger.sandbox.onec import Fault, FaultKind, Infobase, default_base, render, standin
from exchanger.sandbox.onec.schema import Prop
from exchanger.sandbox.onec.seed import KEY_FIELD, LOGIN, PARTNERS, PASSWORD, TASKS, USERS
from exchanger.sandbox.onec.writing import create
from exchanger.systems.onec import KeyScheme, OnecOptions, Profile
from exchanger.systems.onec.odata.api import ODataApi
from exchanger.systems.onec.odata.sessions import Leases
from exchanger.systems.onec.service.api import ServiceApi
from exchanger.telemetry.clock import SystemClock

PROFILES = pytest.mark.parametrize("profile", list(Profile))
TEXTS = ("Договор Канарейкина", "+79161234567", "kanareikin@1c.example", "canary-note", "7700000001")


def _compare(system: Sequence[Recorded], stand: Sequence[Recorded]) -> Compared:
    return compare_by(system, stand, RULES)


def _said(found: Compared) -> set[tuple[str, str]]:
    return {(each.step, each.where) for each in found.differences}


async def _recorded(base: Infobase, profile: Profile, **rules: Any) -> list[Recorded]:
    """As a person records it: the base is touched by nothing but the tour."""
    async with standin(base) as running:
        options = OnecOptions(running.url, LOGIN, PASSWORD, profile=profile, **rules)
        return await record(options, SystemClock())


def _rows(base: Infobase) -> str:
    return repr(sorted((name, sorted(rows.items())) for name, rows in base.rows.items()))


@PROFILES
async def test_the_stand_in_recorded_and_replayed_does_not_differ(profile: Profile) -> None:
    recorded = load(Recording.of("1c", await record_stand(filled(), profile)).dump())

    found = _compare(recorded.lines, await record_stand(filled(), profile_of(recorded.lines)))

    assert (recorded.system, profile_of(recorded.lines), found) == ("1c", profile, Compared((), ()))
    steps = {each.step: each for each in recorded.lines}
    assert {"tasks", "task", "users", "user", "counterparty", "feed", "missing key", "unknown set"} <= steps.keys()
    assert (steps["unknown set"].status, steps["unknown set"].error) == (
        404,
        {Profile.ODATA: "8", Profile.SERVICE: "noSet"}[profile],
    )


async def test_what_is_kept_of_a_task_is_what_our_client_reads() -> None:
    task = {each.step: each for each in await record_stand(filled())}["task"].answer

    assert task.keys["Executed"].kinds == {"bool"}
    assert task.keys["ДатаИсполнения"].kinds == {"string:date"}
    assert task.keys["Исполнитель_Type"].kinds == {"string"}
    assert "<key>" in task.keys
    assert "ПринятаКИсполнению" not in task.keys


@PROFILES
async def test_an_empty_base_differs_in_nothing_that_is_known(profile: Profile) -> None:
    recorded = await _recorded(default_base(), profile)

    assert _compare(recorded, await record_stand(filled(), profile)).differences == ()


async def test_the_field_of_the_key_is_asked_as_the_client_would() -> None:
    marked = await _recorded(filled(), Profile.ODATA, scheme=KeyScheme.MARKER, key_field=KEY_FIELD)
    absent = await _recorded(filled(), Profile.ODATA, scheme=KeyScheme.MARKER, key_field="НетТакого")

    assert _compare(marked, await record_stand(filled())).differences == ()
    assert {each.step: each.error for each in absent}["missing key"] == "10"
    with pytest.raises(ConfigError, match="ONEC_KEY_FIELD"):
        await _recorded(filled(), Profile.ODATA, scheme=KeyScheme.MARKER)


async def test_a_changed_shape_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    recorded = await record_stand(filled())
    kept = render.entity

    def changed(base: Any, kind: Any, *given: Any) -> Any:
        row = kept(base, kind, *given)
        if kind.name != TASKS or "Executed" not in row:
            return row
        return {name: each for name, each in row.items() if name != "DataVersion"} | {"Executed": "да", "КПП": "1"}

    monkeypatch.setattr(render, "entity", changed)
    found = _compare(recorded, await record_stand(filled()))

    assert {each for each in _said(found) if each[0] == "task"} == {
        ("task", "DataVersion"),
        ("task", "Executed"),
        ("task", "КПП"),
    }
    said = {each.where: each.what for each in found.differences if each.step == "task"}
    assert said["Executed"] == "род: в записи bool, у стенда string"
    assert said["DataVersion"] == "стенд этого ключа не отдаёт"


@pytest.mark.parametrize("theirs", ["текст", [1], {"Имя": True}])
def test_what_is_under_a_mark_is_not_compared(theirs: object) -> None:
    answers = [shape_of({"СвойРеквизит": each, "Posted": True}, key=known_name) for each in (theirs, 1)]
    system, stand = (Recorded("task", "GET <tasks>(<id>)", Shape(), 200, "", each, 0.1) for each in answers)

    assert _compare([system], [stand]) == Compared((), ())


async def test_a_filter_that_is_passed_over_is_caught() -> None:
    recorded = await record_stand(filled())
    stand = filled()
    stand.faults.ignored_filters.add("Ref_Key")

    assert ("missing key", "value") in _said(_compare(recorded, await record_stand(stand)))


async def test_a_set_that_is_not_published_is_said_and_is_no_difference() -> None:
    base = filled()
    base.hidden_types.add(PARTNERS)
    recorded = await _recorded(base, Profile.ODATA)

    found = _compare(recorded, await record_stand(filled()))

    assert found.differences == ()
    assert "counterparties (GET <counterparties>): система не дала этого сделать (8)" in found.skipped


@PROFILES
async def test_nothing_personal_reaches_the_recording(profile: Profile) -> None:
    base = filled()
    own = Prop("СекретныйРеквизит"), Prop("SecretKanareikin"), Prop("phone79161234567")
    base.types[TASKS] = replace(base.types[TASKS], props=(*base.types[TASKS].props, *own))
    base.rows[TASKS] = {key: row | {each.name: "canary-note" for each in own} for key, row in base.rows[TASKS].items()}
    title, phone, mail, note, number = TEXTS
    task = {"Description": title, "Описание": f"{phone} {mail}", "Date": base.local_now(), "SecretKanareikin": note}
    create(base, base.types[TASKS], task)
    create(base, base.types[PARTNERS], {"Description": title, "ИНН": number, "Комментарий": note})
    create(base, base.types[USERS], {"Description": "Канарейкин Пётр"})

    text = Recording.of("1c", await record_stand(base, profile)).dump()

    kept = [str(row[name]) for rows in base.rows.values() for row in rows.values()
            for name in ("Description", "Ref_Key", "Number", "Code", "ИНН") if row.get(name)]  # fmt: skip
    names = [each.name for each in own] + [TASKS, USERS, PARTNERS, "Недействителен", "КонтактнаяИнформация"]
    assert [word for word in (*TEXTS, *kept, *names, "Канарейкин", LOGIN, PASSWORD, "127.0.0.1") if word in text] == []
    assert '"<key>"' in text


def _tours(http: Http) -> tuple[Tour, Tour]:
    options = OnecOptions("http://127.0.0.1:9", LOGIN, PASSWORD)
    odata = ODataApi(options.base, http, Leases(enabled=False))
    return ODataTour(odata, options, SystemClock()), ServiceTour(ServiceApi(options.base, http), options)


@pytest.mark.parametrize("code", ["Канарейкин", "Kanareikin", "kanareikin@1c.example", "79161234567"])
async def test_an_error_code_that_is_no_code_is_not_kept(code: str) -> None:
    async with Http(HttpOptions(name="x"), Limiter(Limits())) as http:
        odata, service = _tours(http)
    message = {"lang": "ru", "value": code}
    bodies = (odata, {"odata.error": {"code": code, "message": message}}), (service, {"error": {"code": code}})

    lines = [noted(tour, Step("s", "m", {}), Answer(400, {}, json.dumps(body).encode()), 0.1) for tour, body in bodies]
    page = noted(odata, Step("s", "m", {}), Answer(502, {}, f"<h1>{code}</h1>".encode()), 0.1)

    assert [each.error for each in (*lines, page)] == ["<code>", "<code>", "page"]
    assert [each for each in (*lines, page) if code in each.line()] == []


@PROFILES
async def test_recording_only_reads_and_leaves_no_session(profile: Profile) -> None:
    base = filled()
    before = _rows(base)

    async with standin(base) as running:
        await record(OnecOptions(running.url, LOGIN, PASSWORD, profile=profile), SystemClock())
        left, started = len(running.sessions.open), running.sessions.started

    assert (_rows(base), left, started > 0) == (before, 0, True)
    writing = {each for each in base.requests if not each.startswith("GET ") and not each.endswith("/query")}
    assert (writing, len(base.requests) > 4) == (set(), True)


async def test_a_page_instead_of_an_answer_is_said_and_the_rest_is_recorded() -> None:
    base = filled()
    base.faults.add(Fault(FaultKind.MAINTENANCE, path="Catalog_"))

    recorded = {each.step: each for each in await _recorded(base, Profile.ODATA)}

    assert recorded["users"].error == "page"
    assert (recorded["task"].status, recorded["task"].error) == (200, "")


@PROFILES
async def test_a_base_that_does_not_let_us_in_is_an_error(profile: Profile) -> None:
    async with standin(filled()) as running:
        with pytest.raises(SystemPaused):
            await record(OnecOptions(running.url, LOGIN, "не тот", profile=profile), SystemClock())


async def test_the_commands_record_and_replay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "1c.jsonl"
    async with standin(filled()) as running:
        monkeypatch.setenv("CAMUNDA_BASE_URL", "http://127.0.0.1:9/engine-rest")
        monkeypatch.setenv("ONEC_WEB_SERVICE_URL", running.url)
        monkeypatch.setenv("ONEC_USERNAME", LOGIN)
        monkeypatch.setenv("ONEC_PASSWORD", PASSWORD)
        made = await asyncio.to_thread(_run, "record", "1c", "-o", str(file))
    same = await asyncio.to_thread(_run, "replay", str(file))
    file.write_text(file.read_text("utf-8").replace('"Executed":"bool"', '"Executed":"int"'), "utf-8")
    other = await asyncio.to_thread(_run, "replay", str(file))

    assert made.exit_code == 0, (made.output, made.exception)
    assert PASSWORD not in made.output + file.read_text("utf-8")
    assert (same.exit_code, "отличий 0" in same.output) == (0, True), same.output
    assert (other.exit_code, "task (GET <tasks>(<id>)) Executed: род" in other.output) == (1, True), other.output


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))
