"""`exchanger sync check`: what it prints, what it writes, how it exits."""

import json
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.wheel import WheelBuilder

from exchanger.cli import main
from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.flavour import FLAVOURS
from exchanger.sandbox.jars import ensure_jars, jar_list
from tests.conftest import unavailable
from tests.storm_gate.cases import GOOD, document, line, process, task

ROOT = Path(__file__).parents[2]
BROKEN = document(process(line(task(), '<startEvent id="s2" name="[bold]Второе"/>')))


@dataclass(frozen=True)
class Shell:
    folder: Path
    capture: pytest.CaptureFixture[str]

    def file(self, name: str, content: bytes) -> str:
        path = self.folder / name
        path.write_bytes(content)
        return str(path)

    def __call__(self, *words: str) -> tuple[int, str, str]:
        code = 0
        try:
            main("sync", "check", *words)
        except SystemExit as left:
            code = int(left.code or 0)
        said = self.capture.readouterr()
        return code, said.out, said.err


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EXCHANGER_HOME", str(tmp_path))
    return Shell(tmp_path, capsys)


def test_a_right_file_passes(shell: Shell) -> None:
    code, said, _ = shell("--no-engine", shell.file("a.bpmn", GOOD))

    assert code == 0
    assert "Развернуть можно: ошибок нет, движком не проверено." in said


def test_an_error_is_printed_with_its_place_and_remedy_and_the_exit_is_1(shell: Shell) -> None:
    code, said, _ = shell(
        "--no-engine", shell.file("a.bpmn", GOOD), shell.file("b.bpmn", BROKEN.replace(b'"P"', b'"Q"'))
    )

    assert code == 1
    assert "startEvent s2 «[bold]Второе» строка 1: Второе начало" in said
    assert "Что делать: оставьте одно" in said


def test_there_is_no_way_to_force(shell: Shell) -> None:
    code, _, said = shell("--force", shell.file("a.bpmn", BROKEN))

    assert code == 2
    assert "--force" in said


def test_json_is_one_line_for_a_file(shell: Shell) -> None:
    code, said, _ = shell("--no-engine", "--json", shell.file("a.bpmn", GOOD), shell.file("b.bpmn", GOOD))

    first, second = [json.loads(each) for each in said.splitlines()]
    assert code == 1
    assert (first["name"], first["blocking"], first["counts"]["error"]) == ("a.bpmn", True, 1)
    assert second["findings"][0]["code"] == "shared-key"


def test_a_page_is_written_for_each_file(shell: Shell) -> None:
    shell("--no-engine", "--html", "pages", shell.file("a.bpmn", BROKEN))

    written = (shell.folder / "pages" / "a.html").read_text("utf-8")
    assert "Развернуть нельзя: ошибок 1." in written
    assert "BpmnJS" in written


def test_a_file_of_storm_is_converted_first_and_its_losses_are_told(shell: Shell) -> None:
    drawn = ROOT / "examples" / "storm" / "priem_na_rabotu.bpmn"

    code, said, _ = shell("--no-engine", "--convert", "--id", "0a1b2c3d-1111-4222-8333-444455556666", str(drawn))

    assert code == 0
    assert "Потери: 1" in said


def test_an_unconverted_file_is_told_to_be_converted(shell: Shell) -> None:
    code, said, _ = shell("--no-engine", str(ROOT / "examples" / "storm" / "obrashchenie.bpmn"))

    assert code == 1
    assert "exchanger sync convert" in said


@pytest.mark.engine
def test_the_embedded_engine_is_asked_by_default(shell: Shell) -> None:
    try:
        ensure_jars(jar_list(FLAVOURS["camunda"].jar_list))
    except SandboxError as error:
        unavailable(str(error))

    code, said, _ = shell(shell.file("a.bpmn", GOOD))

    assert code == 0
    assert "движок Camunda 7.24.0 принял" in said


def test_the_wheel_carries_the_viewer_the_schemas_and_the_licence(tmp_path: Path) -> None:
    (built,) = list(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))

    names = set(ZipFile(built).namelist())
    assert {f"exchanger/assets/bpmn_js/{name}" for name in ("navigated-viewer.js", "bpmn-js.css", "LICENSE")} <= names
    assert {f"exchanger/assets/bpmn_xsd/{name}.xsd" for name in ("BPMN20", "Semantic", "BPMNDI", "DC", "DI")} <= names
    assert {f"exchanger/storm/gate/page.{end}" for end in ("html.j2", "css", "js")} <= names
