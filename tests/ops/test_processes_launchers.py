"""The predecessor's tools of processes and queues: a few lines each, and their arguments get to the command."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.docs.pages import ROOT

LAUNCHERS = {
    "process_manager": ("processes", ("stop", "delete", "start")),
    "start_process": ("processes start", ("--config", "--dry-run", "--version", "--business-key")),
    "queue_reader": ("queues read", ("--count", "--output", "--clear", "--force")),
    "status_check": ("status", ("--json",)),
}
LONGEST = 5


@pytest.mark.parametrize(("tool", "command", "known"), [(tool, *each) for tool, each in LAUNCHERS.items()])
def test_a_tool_is_its_command(tool: str, command: str, known: tuple[str, ...]) -> None:
    file = ROOT / "camunda-worker" / "tools" / f"{tool}.py"

    done = subprocess.run(
        [sys.executable, file, "--help"],
        capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "200", "TERM": "dumb"},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert f" {command} " in done.stdout
    assert not [word for word in known if word not in done.stdout]
    assert len([line for line in file.read_text("utf-8").splitlines() if line.strip()]) <= LONGEST
