"""The commands that operators know: each is a few lines over `exchanger`, and its arguments get there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

SCRIPTS = {
    f"servieces-management/{name}_services.sh": name for name in ("install", "start", "stop", "restart", "status")
}
TOOLS = {"worker_diagnostics": "worker", "check_queues": "queues", "camunda_processes": "processes"}
LONGEST = 5


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The launchers in a place of their own, where `exchanger` tells what it was called with."""
    program = tmp_path / ".venv" / "bin" / "exchanger"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$PWD|$*"\nexit 7\n', "utf-8")
    program.chmod(0o755)
    folder = tmp_path / "servieces-management"
    folder.mkdir()
    for name in SCRIPTS:
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
        (tmp_path / name).chmod((ROOT / name).stat().st_mode)
    return tmp_path


@pytest.mark.parametrize(("script", "command"), SCRIPTS.items())
@pytest.mark.parametrize("words", [(), ("dev",), ("summary", "--json")])
def test_a_script_calls_the_command_from_the_installations_folder_and_gives_back_its_exit_code(
    script: str, command: str, words: tuple[str, ...], copy: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    done = subprocess.run([copy / script, *words], cwd=elsewhere, capture_output=True, text=True, check=False)

    assert done.stdout.strip() == f"{copy}|{' '.join(('services', command, *words))}"
    assert done.returncode == 7


@pytest.mark.parametrize(("tool", "command"), TOOLS.items())
def test_a_tool_is_the_command_with_its_option(tool: str, command: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "camunda-worker" / "tools" / f"{tool}.py", "--stats", "--help"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200", "TERM": "dumb"},
    )

    assert done.returncode == 0, done.stderr
    assert f" {command} " in done.stdout
    assert "--stats" in done.stdout


@pytest.mark.parametrize("name", [*SCRIPTS, *(f"camunda-worker/tools/{tool}.py" for tool in TOOLS)])
def test_a_launcher_is_a_few_lines_and_nothing_more(name: str) -> None:
    lines = [line for line in (ROOT / name).read_text("utf-8").splitlines() if line.strip()]

    assert len(lines) <= LONGEST


@pytest.mark.parametrize("name", [*SCRIPTS, *(f"camunda-worker/tools/{tool}.py" for tool in TOOLS)])
@pytest.mark.parametrize("page", ["README.md", "README.en.md"])
def test_a_launcher_has_its_line_in_the_readme(name: str, page: str) -> None:
    assert name.rpartition("/")[2].partition("_services")[0] in (ROOT / page).read_text("utf-8")
    assert name.rpartition("/")[0] in (ROOT / page).read_text("utf-8")
