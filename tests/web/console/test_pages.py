"""What the pages say: the same as the commands, nothing hostile alive, no secret, and what they could not learn."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from exchanger.domain.errors import ConfigError, ExchangerError, Retry
from exchanger.domain.event import Event, EventKind
from exchanger.domain.reconcile import EngineSays
from exchanger.domain.task import ObjectState
from exchanger.journal.audit import Audit, Deed
from exchanger.ops.audit import audit_file
from exchanger.ops.audit_tail import TAIL, last_deeds
from exchanger.ops.trace import Answered, TaskFacts, tell
from exchanger.settings import load_settings
from exchanger.telemetry import redact as redacting
from exchanger.telemetry.health import Health
from exchanger.testing.clock import VirtualClock
from exchanger.web.console.desk import TRACES, Desk
from exchanger.web.console.health_pages import PartSaid, ServiceSaid
from exchanger.web.console.overview import Overview, _troubles
from exchanger.web.console.remembered import FRESH, Known, Remembered
from exchanger.web.console.way import Look, way
from exchanger.web.health import serve
from exchanger.web.site import open_site
from tests.ops.test_diag import CANARY, seeded
from tests.web.console.kit import PAGES, browsing, settings_of
from tests.web.console.said import APPEARED, MADE, NOW, OPEN, TASK, Said, hostile

HOSTILE = '<script>alert("x")</script>\'"><img src=x onerror=alert(1)>'


class Tags(HTMLParser):
    """Each tag of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


async def test_hostile_texts_stay_texts_on_every_page(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    with Audit(audit_file(settings), who=HOSTILE).deed(Deed(HOSTILE, HOSTILE, HOSTILE)) as verdict:
        verdict.text = HOSTILE
    async with browsing(settings, Said(settings, hostile(HOSTILE), HOSTILE)) as browser:
        for page in ("/", "/trace?id=%3Cscript%3E", "/dead-letters", "/incidents", "/audit"):
            shown = await browser.get(page)
            assert shown.status == 200, shown.text
            tags = Tags(shown.text).found
            assert "script" not in [tag for tag, _ in tags]
            assert "img" not in [tag for tag, _ in tags]
            assert not [name for _, given in tags for name in given if name.startswith("on") or name == "style"]
            assert not [given for _, given in tags if (given.get("href") or "/").startswith("javascript")]
            assert "&lt;script&gt;" in shown.text


async def test_pages_take_nothing_from_outside_and_need_no_script(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    async with browsing(settings, Said(settings)) as browser:
        for page in PAGES:
            for tag, given in Tags((await browser.get(page)).text).found:
                assert tag not in {"script", "img", "iframe", "style"}
                assert (given.get("src") or given.get("action") or "/").startswith("/"), (page, tag, given)
                assert tag != "link" or given["href"] == "/console.css"


@pytest.fixture
def no_other_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redacting, "_known", redacting._Known())


async def test_no_page_carries_a_secret(tmp_path: Path, no_other_secrets: None) -> None:
    # Given a canary in every secret setting, in the texts of the parts and in the audit
    environ = {**seeded(tmp_path), "CAMUNDA_AUTH_USERNAME": "u", "EXCHANGER_CONSOLE_HEALTH_PORTS": "9"}
    del environ["CAMUNDA_AUTH_TOKEN"]
    settings = load_settings(environ, tmp_path)
    password, webhook = environ["EXCHANGER_CONSOLE_PASSWORD"], environ["BITRIX_WEBHOOK_URL"]
    leak = f"{webhook}m {environ['RABBITMQ_URL']} {password} password={CANARY}1 Authorization: Bearer {CANARY}bearer"
    raw = {"id": "1", "at": NOW.isoformat(), "who": leak, "what": leak, "target": leak, "reason": leak}
    audit_file(settings).write_text(json.dumps(raw) + "\n", "utf-8")
    masked = 0
    for desk in (Desk(settings, VirtualClock()), Said(settings, hostile(leak), leak)):
        async with browsing(settings, desk) as browser:
            assert (await browser.post("/login", {"password": password})).status == 303
            for page in PAGES:
                shown = await browser.get(page)
                assert CANARY not in shown.text, (page, shown.words)
                masked += "***" in shown.text
    assert masked >= 5  # the danger was real


async def test_a_letter_is_shown_by_its_reason_and_never_by_its_body(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    async with browsing(settings, Said(settings, text="нет поля")) as browser:
        shown = await browser.get("/dead-letters")

    assert "нет поля" in shown.text
    assert "BODY-OF-IT" not in shown.text


async def test_the_trace_says_the_same_last_line_as_the_command_and_draws_the_way(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    async with browsing(settings, Said(settings)) as browser:
        shown = await browser.get("/trace?id=t1")

    assert tell(MADE, NOW).line in shown.words
    assert 'href="https://portal.example/17"' in shown.text
    tags = Tags(shown.text).found
    assert [given["class"] for tag, given in tags if tag == "circle"] == ["passed"] * 3 + ["here"] + ["ahead"] * 2


@pytest.mark.parametrize(
    ("facts", "reached", "look"),
    [
        (MADE, 3, Look.HERE),
        (replace(MADE, objects=(replace(OPEN, overdue=True),)), 3, Look.TROUBLE),
        (replace(MADE, objects=(replace(OPEN, state=ObjectState.FINISHED),)), 4, Look.HERE),
        (replace(MADE, says=EngineSays.NOT_MADE), 2, Look.HERE),
        (replace(MADE, says=EngineSays.NOT_MADE, objects=()), 1, Look.HERE),
        (
            replace(MADE, says=EngineSays.NOT_MADE, objects=(), task=replace(TASK, worker_id=None, locked_until=None)),
            0,
            Look.TROUBLE,
        ),
        (replace(MADE, says=EngineSays.INCIDENT, objects=(), task=replace(TASK, retries=0)), 1, Look.TROUBLE),
        (replace(MADE, says=EngineSays.COMPLETED, task=None, objects=()), 5, Look.HERE),
    ],
)
def test_the_way_is_drawn_as_far_as_the_task_has_come(facts: TaskFacts, reached: int, look: Look) -> None:
    stages = way(facts, tell(facts, NOW))

    looks = [stage.look for stage in stages]
    assert looks == [Look.PASSED] * reached + [look] + [Look.AHEAD] * (5 - reached)
    assert stages[0].at == APPEARED.at


def test_a_stage_has_the_time_that_the_journal_remembers() -> None:
    events = tuple(
        Event(kind, NOW - timedelta(minutes=minutes), "bitrix24", "t1", "pi")
        for kind, minutes in ((EventKind.ORDERED, 9), (EventKind.CREATED, 8), (EventKind.MADE, 7))
    )
    stages = way(replace(MADE, events=events), tell(MADE, NOW))

    assert [stage.at for stage in stages[1:4]] == [event.at for event in events]


async def test_an_unexpected_error_is_recorded_and_told_without_details(tmp_path: Path) -> None:
    class Broken(Desk):
        async def overview(self) -> Known[Overview]:
            raise RuntimeError("cAnArY of the inside")

    settings = settings_of(tmp_path)
    async with browsing(settings, Broken(settings, VirtualClock())) as browser:
        shown = await browser.get("/")

    assert shown.status == 500
    assert "в журнале службы console" in shown.text
    assert "inside" not in shown.text


async def test_with_everything_down_each_page_says_so_and_what_to_do(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, RABBITMQ_URL="amqp://u:p@127.0.0.1:9/x", EXCHANGER_CONSOLE_HEALTH_PORTS="9")
    async with browsing(settings) as browser:
        overview = await browser.get("/")
        assert overview.status == 200
        assert "bitrix24 ? ? ? ? ?" in overview.words  # not a nought that nobody counted
        assert "неизвестно" in overview.words
        assert "127.0.0.1:9 Не отвечает" in overview.words
        assert "Движок «default»: нет соединения" in overview.words
        trace = await browser.get("/trace?id=4711")
        assert trace.status == 503
        assert "Что делать: проверьте адрес" in trace.words
        for page in ("/dead-letters", "/incidents"):
            shown = await browser.get(page)
            assert (shown.status, 'class="bad"' in shown.text) == (200, True), page


async def test_many_readers_at_once_ask_the_parts_once_and_again_only_later() -> None:
    clock, asked = VirtualClock(), 0

    async def ask() -> int:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        if asked == 2:
            raise Retry("лежит")
        return asked

    remembered = Remembered(ask, clock)
    assert {(await each).value for each in asyncio.as_completed([remembered.get() for _ in range(20)])} == {1}
    await clock.advance(FRESH)
    for _ in range(2):
        assert str((await remembered.get()).error) == "лежит"  # an outage is remembered as well
    await clock.advance(FRESH)
    assert ((await remembered.get()).value, asked) == (3, 3)


async def test_a_broken_question_is_asked_and_recorded_once_for_all_who_wait(
    tmp_path: Path, log_records: list[Any]
) -> None:
    clock, asked = VirtualClock(), 0

    async def ask() -> Overview:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0)
        raise RuntimeError("сломано внутри")

    class Broken(Desk):
        _remembered = Remembered(ask, clock)

        async def overview(self) -> Known[Overview]:
            return await self._remembered.get()

    settings = settings_of(tmp_path)
    async with browsing(settings, Broken(settings, clock)) as browser:
        shown = await asyncio.gather(*(browser.get("/") for _ in range(10)))
        assert {(page.status, "в журнале службы console" in page.text) for page in shown} == {(500, True)}
        assert asked == 1
        (recorded,) = [each for each in log_records if each["level"].name == "ERROR"]
        assert "сломано внутри" in recorded["tail"]

        await clock.advance(FRESH)
        await browser.get("/")
    assert asked == 2


async def test_searches_wait_their_turn_and_too_many_are_told_so(tmp_path: Path) -> None:
    running, most, go = 0, 0, asyncio.Event()

    class Slow(Desk):
        async def _trace(self, asked: str) -> Answered:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await go.wait()
            running -= 1
            return Answered(asked, (), NOW)

    desk = Slow(settings_of(tmp_path), VirtualClock())
    searches = [asyncio.create_task(desk.trace(str(number))) for number in range(30)]
    for _ in range(5):
        await asyncio.sleep(0)
    go.set()
    done = await asyncio.gather(*searches, return_exceptions=True)

    assert most == TRACES
    refused = [each for each in done if isinstance(each, BaseException)]
    assert len(refused) == 30 - TRACES - 10
    assert all(isinstance(each, ExchangerError) and "повторите" in each.remedy for each in refused)


def test_the_tail_of_the_audit_pairs_intents_with_results_and_passes_over_what_is_not_ours(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    assert last_deeds(path, 5) == []
    path.write_text("x" * TAIL + '\n{"id": 1}\n[]\nnot json\n', "utf-8")
    audit = Audit(path, who="ivan@node")
    for number in range(3):
        with audit.deed(Deed("pause", f"система {number}", "почему")) as verdict:
            verdict.text = f"итог {number}"
    lines = path.read_text("utf-8").splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n", "utf-8")  # the last result was not written

    deeds = last_deeds(path, 2)

    assert [(deed.target, deed.result) for deed in deeds] == [("система 2", ""), ("система 1", "итог 1")]


def test_no_sign_of_another_alphabet_ends_a_line_of_the_audit_and_no_depth_breaks_it(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text("[" * 100_000 + "\n", "utf-8")
    with Audit(path, who="ivan@node").deed(Deed("pause", "bitrix24", "a\u2028b\u2029c\x85d\x0be")):
        pass

    (deed,) = last_deeds(path, 5)

    assert (deed.reason, deed.result) == ("a\u2028b\u2029c\x85d\x0be", "сделано")


def test_an_audit_in_a_folder_that_may_not_be_entered_is_an_error_with_a_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def closed(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "stat", closed)
    monkeypatch.setattr(Path, "open", closed)  # root may enter any folder: the refusal is imitated
    with pytest.raises(ConfigError, match="не читается") as refused:
        last_deeds(tmp_path / "audit.jsonl", 5)

    assert "EXCHANGER_LOGS_DIR" in refused.value.remedy


async def test_an_audit_that_may_not_be_read_is_told_with_a_remedy(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    audit_file(settings).mkdir(parents=True)  # a folder cannot be read as a file, even by root
    async with browsing(settings) as browser:
        shown = await browser.get("/audit")

    assert shown.status == 503
    assert "EXCHANGER_LOGS_DIR" in shown.text


async def test_what_the_services_say_of_their_health_is_shown_and_a_stranger_on_the_port_is_not(tmp_path: Path) -> None:
    health = Health()
    health.part("creator:bitrix24").down("портал отвечает <b>503</b>", now=NOW)
    health.part("pause:bitrix24").degraded("пауза", now=NOW)
    health.part("duty:bitrix24").up(now=NOW)
    health.part("brake:1c").down("тормоз", now=NOW)

    async def huge(_: web.Request) -> web.Response:
        return web.json_response({"parts": {"x" * 300_000: {}}})

    async def other(_: web.Request) -> web.Response:
        return web.json_response(["another program"])

    async def deep(_: web.Request) -> web.Response:
        return web.Response(text="[" * 100_000)

    async with AsyncExitStack() as stack:
        urls = [await stack.enter_async_context(serve(health, 0))]
        for answer in (huge, other, deep):
            stranger = web.Application()
            stranger.router.add_get("/health/ready", answer)
            urls.append(await stack.enter_async_context(open_site(stranger, 0)))
        ports = [url.rpartition(":")[2] for url in urls]
        settings = settings_of(tmp_path, EXCHANGER_CONSOLE_HEALTH_PORTS=",".join(ports))
        browser = await stack.enter_async_context(browsing(settings))
        shown = await browser.get("/")

    assert "работает creator:bitrix24 : портал отвечает &lt;b&gt;503&lt;/b&gt; Части" in shown.words
    assert f"127.0.0.1:{ports[0]} brake:1c : не работает" in shown.words
    assert "— портал отвечает &lt;b&gt;503&lt;/b&gt;" in shown.text
    assert "duty:bitrix24 : работает" in shown.words
    assert f"127.0.0.1:{ports[1]} Не отвечает: ValueError: ответ слишком велик" in shown.words
    assert f"127.0.0.1:{ports[2]} Не отвечает: TypeError" in shown.words
    assert f"127.0.0.1:{ports[3]} Не отвечает: RecursionError" in shown.words


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([{"worker:1c": "up"}], ()),
        ([{"worker:1c": "up"}, None], None),  # the silent one may be the one that is in trouble
        ([{"worker:1c": "down"}, None], ("down",)),
        ([None, None], None),
        ([], None),
        ([{"worker:bitrix24": "up", "движок": "up"}], None),  # of 1c nobody said a word
        ([{"pause:1c": "up"}], None),
        ([{"worker:1c": "down"}, {"worker:1c": "up"}], ("down",)),
        ([{"worker:1c": "up"}, {"worker:1c": "degraded"}], ("degraded",)),
        ([{"worker:1c": "degraded"}, {"worker:1c": "down"}, {"worker:1c": "starting"}], ("down",)),
        ([{"worker:1c": "down"}, {"worker:1c": "new-word"}], ("down",)),
    ],
)
def test_no_trouble_is_claimed_only_when_every_service_has_told(
    said: list[dict[str, str] | None], expected: tuple[str, ...] | None
) -> None:
    services = tuple(
        ServiceSaid(port, silent="молчит")
        if parts is None
        else ServiceSaid(port, tuple(PartSaid(name, condition, "", "") for name, condition in parts.items()))
        for port, parts in enumerate(said)
    )

    troubles = _troubles("1c", services)

    assert (None if troubles is None else tuple(part.condition for part in troubles)) == expected
