"""Written answers: what must come out is compared, what is misspelt is refused."""

import asyncio
from pathlib import Path

import pytest
from lxml import etree

from exchanger.domain.errors import ConfigError
from exchanger.ops.rehearsal import read_scenarios
from exchanger.ops.rehearsal.as_files import as_json, as_junit
from exchanger.ops.rehearsal.as_page import as_page
from exchanger.ops.rehearsal.prepare import prepare, prepare_bytes
from exchanger.ops.rehearsal.rehearsal import open_rehearsal
from exchanger.sandbox.bitrix24 import default_portal, standin
from exchanger.sandbox.engine import EngineProcess
from exchanger.settings import load_settings
from exchanger.telemetry.clock import SystemClock
from exchanger.wiring.systems import open_systems
from tests.rehearsal.conftest import Run
from tests.rehearsal.drawn import drawn

pytestmark = [pytest.mark.engine, pytest.mark.timeout(120)]

EXAMPLES = Path(__file__).parents[2] / "examples"
CHOICE = drawn(
    "start s; ask a Согласовать; late t@a Просрочено; failed f@a; xor g; end yes Готово; end no; end sorry; end out",
    's>a; a>g; g>yes execution.getVariable("a") == "ok"; g>no execution.getVariable("a") == "no"; t>out; f>sorry',
)
LETTER = drawn("start s; letter m; end e", "s>m; m>e")


async def test_what_is_written_comes_out(run: Run) -> None:
    report = await run(
        CHOICE,
        {"answers": {"согласовать": "да"}, "expect": {"path": ["a", "Готово"], "end": "yes", "variables": {"a": "ok"}}},
        {"answers": {"a": {"set": {"a": "no"}}}, "expect": {"end": "no", "avoided": "yes"}},
        {"answers": {"a": {"error": "BAD"}}, "expect": {"end": "sorry"}},
        {"answers": {"a": {"wait": "Просрочено"}}, "expect": {"end": "out", "visited": "t"}},
    )
    assert [verdict.differences for verdict in report.verdicts] == [()] * 4
    assert report.ok


async def test_a_difference_says_what_was_expected_and_what_came(run: Run) -> None:
    report = await run(
        CHOICE,
        {"answers": {"a": "нет"}, "expect": {"path": ["a", "yes"], "end": "Готово", "variables": {"a": "ok"}}},
        {"answers": {"a": {"set": {"a": "может быть"}}}},
    )
    wrong, refused = (verdict.differences for verdict in report.verdicts)
    assert "после «a» ожидался «yes»" in wrong[0]
    assert wrong[1] == "конец: ожидался «Готово», а получился no"
    assert wrong[2] == "переменная a: ожидалось 'ok', получилось 'no'"
    assert "движок отказал" in refused[0]
    assert "No outgoing sequence flow" in refused[0]
    assert not report.ok


async def test_a_message_comes_when_the_scenario_says_so(run: Run) -> None:
    report = await run(
        LETTER,
        {"messages": {"Оплачено": {"sum": 5}}, "expect": {"end": "e", "variables": {"sum": 5}}},
        {"expect": {"stuck": "m"}},
        {"expect": {"end": "e"}},
    )
    came, stuck, late = (verdict.differences for verdict in report.verdicts)
    assert came == ()
    assert stuck == ()
    assert "ждёт сообщения «Оплачено»" in late[0]


async def test_a_name_that_the_diagram_does_not_have_is_refused(run: Run) -> None:
    with pytest.raises(ConfigError, match="нет элементов «Согласоватт»"):
        await run(CHOICE, {"answers": {"Согласоватт": "да"}})


async def test_the_example_passes_and_shows_the_tasks_of_bitrix24(camunda: EngineProcess, tmp_path: Path) -> None:
    # Given: the example's diagram, its scenarios, a stand-in portal
    prepared = prepare(EXAMPLES / "soglasovanie_dogovora.bpmn")
    scenarios = read_scenarios(EXAMPLES / "rehearsal" / "soglasovanie_dogovora.yaml").scenarios
    async with standin(default_portal()) as portal:
        given = {
            "EXCHANGER_ENV": "dev", "EXCHANGER_HOME": str(tmp_path), "CAMUNDA_BASE_URL": camunda.url,
            "BITRIX_WEBHOOK_URL": portal.webhook_url,
        }  # fmt: skip
        async with (
            open_systems(load_settings(given, tmp_path), SystemClock()) as systems,
            open_rehearsal(prepared, camunda.url, SystemClock(), systems) as rehearsal,
        ):
            # When
            report = await rehearsal.run(scenarios)
        created = portal.portal.store.tasks

    # Then
    assert report.ok, [verdict.differences for verdict in report.verdicts]
    card = next(card for card in report.cards if card.element == "Activity_soglasovat")
    assert card.source == "preview"
    assert card.fields["TITLE"] == "Согласовать договор"
    assert not created, "a rehearsal must not create tasks"
    page = await asyncio.to_thread(as_page, report, prepared)
    assert '"Flow_net": {"tone": "visited", "badge": "2×"}' in page


async def test_junit_and_json_carry_the_verdicts(run: Run) -> None:
    report = await run(CHOICE, {"answers": {"a": "да"}}, {"name": "не так", "expect": {"end": "no"}})
    suite = etree.fromstring(as_junit(report).encode())
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert suite.xpath("string(testcase[failure]/@name)") == "не так"
    assert '"ok": false' in as_json(report)


def written(folder: Path, text: str) -> Path:
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("scenarios:\n  - name: а\n    asnwers: {}\n", r"строка 3: scenarios\.0\.asnwers: такого ключа нет"),
        ("scenarios:\n  - name: а\n    expect:\n      pat: x\n", r"строка 4: .*expect\.pat: такого ключа нет"),
        ("scenarios: []\n", "строка 1: scenarios: нужен хотя бы один"),
        ("scenarios:\n  - {}\n", r"строка 2: scenarios\.0\.name: не задано"),
        ("a: [1\n", r"не YAML: строка \d"),
        ("a: &x [1]\nb: *x\n", r"строка 2: ссылки YAML"),
        ("!!python/object/apply:os.system ['true']\n", "не YAML"),
        ("scenarios:\n  - name: а\n    answers: {x: {answer: да, error: B}}\n", "нужно ровно одно"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        read_scenarios(written(tmp_path, text))


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="больше"):
        read_scenarios(written(tmp_path, "#" * 2_000_000))


def test_an_export_of_storm_is_converted_first() -> None:
    prepared = prepare(EXAMPLES / "storm" / "soglasovanie_zakupki.bpmn")
    assert prepared.main[0].startswith("Process_")
    assert b"bitrix_create_task" in prepared.original["soglasovanie_zakupki.bpmn"]
    assert prepare(EXAMPLES / "storm" / "soglasovanie_zakupki.bpmn").main == prepared.main


def test_a_file_without_an_executable_process_is_refused() -> None:
    xml = CHOICE.replace(b'isExecutable="true"', b'isExecutable="false"')
    with pytest.raises(ConfigError, match="нет исполняемого процесса"):
        prepare_bytes("a.bpmn", {"a.bpmn": xml})
