"""Tab in a shell proposes our commands, groups and options; what a shell runs answers at once and asks no settings."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from exchanger.cli import app
from tests.cli.tree import EVERYTHING

TOP = [node.name for node in EVERYTHING if node.name and " " not in node.name]
BASH = shutil.which("bash")


def asked(shell: str, typed: str) -> str:
    """What the shell's script gets while `typed` is on the line."""
    line = {"COMP_WORDS": typed, "COMP_CWORD": str(typed.count(" "))} if shell == "bash" else {}
    environ = {"_EXCHANGER_COMPLETE": f"complete_{shell}", "_TYPER_COMPLETE_ARGS": typed, **line}
    if shell == "fish":
        environ["_TYPER_COMPLETE_FISH_ACTION"] = "get-args"
    return CliRunner().invoke(app, [], env=environ, prog_name="exchanger").output


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_groups_and_options_are_proposed(shell: str) -> None:
    assert {name for name in TOP if name in asked(shell, "exchanger ")} == set(TOP)
    narrowed = asked(shell, "exchanger dlq redrive --dr")
    assert "--dry-run" in narrowed
    assert "--reason" not in narrowed


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_the_shell_calls_our_command(shell: str) -> None:
    environ = {"_EXCHANGER_COMPLETE": f"source_{shell}"}
    script = CliRunner().invoke(app, [], env=environ, prog_name="exchanger").output

    assert "_EXCHANGER_COMPLETE" in script
    assert f"complete_{shell}" in script


@pytest.mark.skipif(BASH is None, reason="no bash on this machine")
def test_bash_itself_completes_by_the_script(tmp_path: Path) -> None:
    assert BASH is not None
    command = tmp_path / "exchanger"
    command.write_text(f"#!{sys.executable}\nfrom exchanger.cli import main\n\nmain()\n")
    command.chmod(0o755)
    environ = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    script = (
        "source <(_EXCHANGER_COMPLETE=source_bash exchanger)\n"
        "COMP_WORDS=(exchanger dlq re) COMP_CWORD=2\n"
        "_exchanger_completion exchanger re dlq\n"
        'echo "${COMPREPLY[@]}"\n'
    )

    done = subprocess.run(
        [BASH, "--norc", "-c", script], env=environ, capture_output=True, text=True, check=False, timeout=60
    )

    assert (done.stdout.strip(), done.stderr) == ("redrive", "")
