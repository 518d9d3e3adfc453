"""`exchanger sync diff|deploy|run|rollback` as a person gives them: a real engine, the stand-in as a process."""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any
from uuid import uuid4

import pytest

from exchanger.cli import main
from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.storm import body
from exchanger.storm import process_key

pytestmark = pytest.mark.engine

FILE = "Договор.bpmn"


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
    diagram: str

    def __call__(self, *words: str) -> tuple[int, str, str]:
        code = 0
        try:
            main("sync", *words)
        except SystemExit as left:
            code = int(left.code or 0)
        said = self.capture.readouterr()
        return code, said.out, said.err

    def json(self, *words: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self(*words, "--json")[1].splitlines()]

    def draw(self, text: str, name: str = FILE, diagram: str = "", version: int = 1) -> None:
        """What `sync get` leaves: a body and the facts beside it."""
        facts = {"id": diagram or self.diagram, "name": Path(name).stem, "version": version, "status": "DONE"}
        (self.folder / name).write_text(text, "utf-8")
        (self.folder / f"{Path(name).stem}_diagram.json").write_text(json.dumps(facts), "utf-8")


@pytest.fixture
def shell(
    server: dict[str, str],
    camunda: EngineProcess,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Shell:
    monkeypatch.chdir(tmp_path)
    given = {
        "EXCHANGER_HOME": str(tmp_path),
        "CAMUNDA_BASE_URL": camunda.url,
        "CAMUNDA_TENANT_ID": f"sync-{token_hex(4)}",
        "CAMUNDA_AUTH_ENABLED": "false",
        "STORMBPMN_BASE_URL": server["url"],
        "STORMBPMN_API_KEY": server["api_key"],
        "STORMBPMN_BEARER_TOKEN": server["bearer_token"],
        "STORMBPMN_REQUESTS_PER_MINUTE": "0",
        "SYNC_EMBEDDED_ENGINE": "false",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    return Shell(tmp_path, capsys, str(uuid4()))


def test_deploy_needs_a_reason_and_a_dry_run_does_not(shell: Shell) -> None:
    shell.draw(body("Согласовать"))

    assert shell("deploy", FILE)[0] == 2
    code, said, _ = shell("deploy", FILE, "--dry-run")

    assert code == 0
    assert f"{FILE}: была бы развёрнута" in said
    assert "ещё не развёрнуто: будет версия 1" in said


def test_deploy_then_diff_says_nothing_changed_and_an_edit_is_told_before_it_is_deployed(shell: Shell) -> None:
    shell.draw(body("Согласовать"))
    code, first, _ = shell("deploy", FILE, "--reason", "первая")
    assert (code, f"{FILE}: развёрнута (версия 1)" in first) == (0, True)
    assert "различий нет" in shell("diff", FILE)[1]

    shell.draw(body("Подписать"), version=2)
    code, told, _ = shell("diff", FILE)
    (fields,) = shell.json("diff", FILE)

    assert code == 0
    assert "название: serviceTask Activity_0001 «Подписать»: «Согласовать» → «Подписать»" in told
    assert (fields["deployed_version"], fields["same"], fields["key"]) == (1, False, process_key(shell.diagram))
    assert {change["aspect"] for change in fields["changes"]} == {"name", "version"}
    (again,) = shell.json("deploy", FILE, "--reason", "вторая")
    assert (again["outcome"], again["version"]) == ("deployed", 2)


def test_one_bad_file_stops_no_other_and_the_exit_code_says_so(shell: Shell) -> None:
    twice = body("Работать").replace("<bpmn:endEvent", '<bpmn:task id="Activity_0001" /><bpmn:endEvent')
    shell.draw(twice, "Плохая.bpmn", str(uuid4()))
    shell.draw(body("Работать"), "Хорошая.bpmn")

    code, said, _ = shell("deploy", "Плохая.bpmn", "нет.bpmn", "Хорошая.bpmn", "--reason", "проверка")

    assert code == 1
    assert "Плохая.bpmn: ОТКАЗАНО" in said
    assert "нет.bpmn: НЕ УДАЛОСЬ" in said
    assert "Хорошая.bpmn: развёрнута (версия 1)" in said


def test_rollback_lists_what_there_is_and_goes_back_to_it(shell: Shell) -> None:
    shell.draw(body("Первая"))
    shell("deploy", FILE, "--reason", "первая")
    shell.draw(body("Вторая"), version=2)
    shell("deploy", FILE, "--reason", "вторая")
    first, _ = shell.json("rollback", FILE)

    code, said, _ = shell("rollback", shell.diagram, "--to", first["sha256"][:8], "--reason", "сломана", "--yes")

    assert code == 0
    assert "развёрнута (версия 3)" in said
    assert "название: serviceTask Activity_0001 «Первая»: «Вторая» → «Первая»" in said
    shell.draw(body("Первая"))
    assert "различий нет" in shell("diff", FILE)[1]
    assert shell("rollback", shell.diagram, "--to", "000000", "--reason", "нет такой")[0] == 2


def test_run_carries_all_that_is_chosen_and_the_second_run_nothing(shell: Shell) -> None:
    code, first, _ = shell("run")
    second = shell.json("run")

    assert code == 0
    assert "[1/2] " in first
    assert "Диаграмм: 2 — развёрнута: 2; не отобрано настройками: 2" in first
    assert [each["outcome"] for each in second] == ["unchanged", "unchanged"]
    assert all(each["tenant"].startswith("sync-") for each in second)


def test_what_the_rules_of_the_gate_forbid_is_not_deployed(shell: Shell) -> None:
    """The conversion lets an executable task stand as it is; that its expression is torn is the gate's finding."""
    camunda = 'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
    odd = body("Работать").replace("<bpmn:task ", f'<bpmn:serviceTask {camunda} camunda:expression="${{" ')
    shell.draw(odd.replace("</bpmn:task>", "</bpmn:serviceTask>"))

    assert shell("convert", FILE)[0] == 0
    code, said, _ = shell("deploy", FILE, "--reason", "проверка")

    assert code == 1
    assert f"{FILE}: ОТКАЗАНО" in said
    assert "[правило: " in said
    assert "ещё не развёрнуто" in shell("diff", FILE)[1]
