"""What a person sees: where each process is, what happened last, the verdict at the end."""

from collections import Counter
from io import StringIO

import pytest
from rich.console import Console

from exchanger.engine.admin import Incident
from exchanger.sandbox.bitrix24 import default_portal
from exchanger.sandbox.demo.ledger import Ledger
from exchanger.sandbox.demo.live import LiveScreen
from exchanger.sandbox.demo.plain import PlainScreen
from exchanger.sandbox.demo.summary import Costs, Summary
from exchanger.sandbox.demo.verdict import Trial

STUCK = Summary(
    trials=[Trial("Д-002", ended=False, steps=(), incidents=("Activity_schet: портал отказал",), works=())],
    latencies=(),
    costs=Costs(Counter(), Counter(), 0, 0),
    seconds=1.0,
)


@pytest.fixture
def output() -> StringIO:
    return StringIO()


def ledger_of_three() -> Ledger:
    ledger = Ledger(default_portal(), lambda _text: None)
    for number in range(3):
        ledger.started(f"instance-{number}", f"Д-00{number + 1}", number)
    ledger.ended(ledger.track("instance-0"), ())
    ledger.stuck(ledger.track("instance-1"), [Incident("1", "failedExternalTask", "Activity_schet", "", "нет связи")])
    ledger.track("instance-2").open[7] = "Подготовить счёт — Мария Кузнецова"
    return ledger


def test_the_live_table_says_where_each_process_is(output: StringIO) -> None:
    console = Console(file=output, force_terminal=True, width=120, height=40)
    with LiveScreen(console) as screen:
        screen.moment("Д-003  задача №7")
        screen.draw(ledger_of_three())

    shown = output.getvalue()
    for text in ("завершён", "инцидент: нет связи", "Подготовить счёт — Мария Кузнецова", "Завершено 1 из 3", "№7"):
        assert text in shown


def test_the_live_screen_ends_with_the_summary(output: StringIO) -> None:
    ledger = ledger_of_three()
    for track in ledger.unfinished:
        ledger.ended(track, ())
    with LiveScreen(Console(file=output, force_terminal=True, width=120, height=40)) as screen:
        screen.draw(ledger)
        screen.summary(STUCK)
        screen.draw(ledger)

    shown = output.getvalue()
    assert shown.rindex("портал отказал") > shown.rindex("Договор")


def test_preparation_shows_how_many_files_are_there(output: StringIO) -> None:
    with LiveScreen(Console(file=output, force_terminal=True, width=120, height=40)) as screen:
        screen.stage("Запускается движок")
        screen.progress(20, 83)
        screen.draw(None)

    assert "Запускается движок" in output.getvalue()
    assert "20 из 83" in output.getvalue()


def test_without_a_terminal_lines_are_whole_and_plain(output: StringIO) -> None:
    screen = PlainScreen(Console(file=output, width=40))
    for done in (0, 20, 40, 83):
        screen.progress(done, 83)
    screen.moment("Д-001  " + "очень длинное название " * 5)
    screen.summary(STUCK)

    lines = output.getvalue().splitlines()
    assert "  файлы движка: 83 из 83" in lines
    assert any(line.endswith("очень длинное название ") for line in lines)
    assert "\x1b" not in output.getvalue()
    assert "Не всё прошло как должно:" in lines


def test_files_that_are_all_there_are_not_worth_a_line(output: StringIO) -> None:
    PlainScreen(Console(file=output)).progress(83, 83)
    assert output.getvalue() == ""
