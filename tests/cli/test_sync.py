"""`exchanger sync` against the stand-in as a process of its own."""

import csv
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from exchanger.cli import main
from exchanger.sandbox.storm import body

DRAWN = "Согласование договора"
ID = "11111111-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def server() -> Iterator[dict[str, str]]:
    command = [sys.executable, "-m", "exchanger.sandbox.storm", "--no-limit"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            told: dict[str, str] = json.loads(process.stdout.readline())
            yield told
        finally:
            process.terminate()


@dataclass(frozen=True)
class Shell:
    folder: Path
    capture: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> tuple[int, str, str]:
        code = 0
        try:
            main("sync", *words)
        except SystemExit as left:
            code = int(left.code or 0)
        said = self.capture.readouterr()
        return code, said.out, said.err

    def json(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self(*words)[1].splitlines()]


@pytest.fixture
def shell(
    server: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Shell:
    monkeypatch.chdir(tmp_path)
    given = {
        "EXCHANGER_HOME": str(tmp_path),
        "CAMUNDA_BASE_URL": "http://engine.example/engine-rest",
        "CAMUNDA_AUTH_ENABLED": "false",
        "STORMBPMN_BASE_URL": server["url"],
        "STORMBPMN_API_KEY": server["api_key"],
        "STORMBPMN_BEARER_TOKEN": server["bearer_token"],
        "STORMBPMN_REQUESTS_PER_MINUTE": "0",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return Shell(tmp_path, capsys)


def test_list_shows_what_is_chosen_and_why_the_rest_is_not(shell: Shell) -> None:
    code, short, _ = shell("list")
    _, whole, _ = shell("list", "--all")

    assert code == 0
    assert DRAWN in short
    assert "Черновик" not in short
    assert "Диаграмм: 4, отобрано: 2; остальные и почему — с ключом --all" in short
    assert "Черновик  (не берётся: состояние NEW: его нет в SYNC_STATUSES)" in whole
    assert "Карта процессов  (не берётся: вид EPC не назван в SYNC_DIAGRAM_TYPES)" in whole


def test_list_as_json_is_a_line_for_each(shell: Shell) -> None:
    found = {each["name"]: each for each in shell.json("list", "--json")}

    assert set(found) == {DRAWN, "Приём: заявка/обращение?"}
    assert found[DRAWN]["version"] == 1
    assert found[DRAWN]["updated"].endswith("+03:00")
    assert found[DRAWN]["refused"] == ""


def test_get_all_says_where_each_went_and_the_second_time_fetches_nothing(shell: Shell) -> None:
    code, first, _ = shell("get", "--all", "-o", "drawn")
    _, second, _ = shell("get", "--all", "-o", "drawn")

    assert code == 0
    assert "[2/2] " in first
    assert "Скачано: 2, не изменилось: 0, не удалось: 0" in first
    assert "Скачано: 0, не изменилось: 2, не удалось: 0" in second
    assert {path.name for path in (shell.folder / "drawn").glob("*.bpmn")} == {
        f"{DRAWN}.bpmn", "Приём_ заявка_обращение_.bpmn",
    }  # fmt: skip
    assert len(list((shell.folder / "storm" / "archive").rglob("*.bpmn"))) == 2


def test_get_one_takes_it_whatever_its_state(shell: Shell) -> None:
    draft = next(each["id"] for each in shell.json("list", "--all", "--json") if each["name"] == "Черновик")

    code, said, _ = shell("get", draft)

    assert code == 0
    assert "Черновик: скачана → bpmn/Черновик.bpmn" in said
    assert (shell.folder / "bpmn" / "Черновик.bpmn").exists()


@pytest.mark.parametrize("words", [("get",), ("get", ID, "--all")])
def test_get_needs_one_of_the_two(shell: Shell, words: tuple[str, ...]) -> None:
    code, _, error = shell(*words)

    assert code == 2
    assert "UUID" in error


def test_get_of_an_unknown_diagram_says_what_to_do(shell: Shell) -> None:
    code, _, error = shell("get", ID)

    assert code == 2
    assert "этого нет (404)" in error
    assert "exchanger sync list" in error


def test_a_wrong_key_is_said_without_the_key(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORMBPMN_API_KEY", "wrong-key-123456")

    code, out, error = shell("list")

    assert code == 2
    assert "не узнал нас (401)" in error
    assert "wrong-key-123456" not in out + error


def test_what_was_fetched_is_converted_with_its_people(shell: Shell) -> None:
    shell("get", "--all", "-o", "drawn")

    code, said, _ = shell("convert", f"drawn/{DRAWN}.bpmn")

    made = (shell.folder / "drawn" / f"camunda_{DRAWN}.bpmn").read_text("utf-8")
    assert code == 0
    assert f"Записан drawn/camunda_{DRAWN}.bpmn; процессы: Process_" in said
    assert 'camunda:topic="bitrix_create_task"' in made
    assert '<camunda:property name="assigneeName" value="Юрист"' in made
    assert "<custom:versionNumber>1</custom:versionNumber>" in made


def test_convert_takes_another_place_and_gives_the_report_as_json(shell: Shell) -> None:
    (shell.folder / "x.bpmn").write_text(body("Работать"), "utf-8")

    code, said, _ = shell("convert", "x.bpmn", "--id", ID, "-o", "out/y.bpmn", "--json")

    assert code == 0
    assert json.loads(said)["counts"]["error"] == 0
    assert "Process_11111111_0000_4000_8000_000000000001" in (shell.folder / "out/y.bpmn").read_text("utf-8")


def test_convert_with_errors_in_the_report_leaves_with_1(shell: Shell) -> None:
    twice = body("Работать").replace("<bpmn:endEvent", '<bpmn:task id="Activity_0001" /><bpmn:endEvent')
    (shell.folder / "x.bpmn").write_text(twice, "utf-8")

    code, said, _ = shell("convert", "x.bpmn", "--id", ID)

    assert code == 1, said
    assert "развернуть нельзя" in said
    assert (shell.folder / "camunda_x.bpmn").exists()


def test_convert_never_writes_over_its_source(shell: Shell) -> None:
    (shell.folder / "x.bpmn").write_text(body("Работать"), "utf-8")

    code, _, error = shell("convert", "x.bpmn", "--id", ID, "-o", "x.bpmn")

    assert code == 2
    assert "не перезаписывается" in error
    assert (shell.folder / "x.bpmn").read_text("utf-8") == body("Работать")


@pytest.mark.parametrize("words", [("convert", "none.bpmn", "--id", ID), ("analyse", "none.bpmn")])
def test_a_file_that_is_not_there_is_said(shell: Shell, words: tuple[str, ...]) -> None:
    code, _, error = shell(*words)

    assert code == 2
    assert "none.bpmn не читается" in error


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251"])
def test_analyse_writes_the_table_that_the_old_tool_wrote(shell: Shell, encoding: str) -> None:
    shell("get", "--all", "-o", "drawn")

    code, _, _ = shell("analyse", f"drawn/{DRAWN}.bpmn", "-o", "table.csv", "--encoding", encoding)

    with (shell.folder / "table.csv").open(encoding=encoding, newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    task = next(row for row in rows if row["elementId"] == "Activity_0001")
    assert code == 0
    assert list(task) == ["elementId", "elementType", "elementName", "assigneeEdgeId", "description"]
    assert task["elementName"] == "Согласовать договор"
    assert task["description"] == "ЧЕКЛИСТ: Документы / Договор / Приложение 1"
    assert task["assigneeEdgeId"]


def test_analyse_falls_back_when_the_encoding_lacks_a_character(shell: Shell) -> None:
    (shell.folder / "x.bpmn").write_text(body("Готово ✓"), "utf-8")

    code, _, error = shell("analyse", "x.bpmn", "--encoding", "cp1251")

    assert code == 0
    assert "записано в utf-8-sig" in error
    assert "Готово ✓" in (shell.folder / "x.csv").read_text("utf-8-sig")
