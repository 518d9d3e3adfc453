"""Every command of the CLI, found in the application itself: what is checked for all is checked for a new one too."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from typer.main import get_command

from exchanger.cli import app

_ROOT = get_command(app)
PLAIN = {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1"}


@dataclass(frozen=True, slots=True)
class Node:
    """A command or a group of them; `name` is what is typed after `exchanger`."""

    name: str
    command: Any

    @property
    def is_group(self) -> bool:
        return hasattr(self.command, "commands")

    @property
    def options(self) -> frozenset[str]:
        return frozenset(name for each in self.command.params for name in (*each.opts, *each.secondary_opts))

    @property
    def module(self) -> str:
        return str(self.command.callback.__module__)

    def help(self) -> str:
        """Its `--help` on a terminal of 100 columns."""
        shown = io.StringIO()
        with redirect_stdout(shown), patch.dict(os.environ, PLAIN):
            _ROOT.main([*self.name.split(), "--help"], prog_name="exchanger", standalone_mode=False)
        return "\n".join(line.rstrip() for line in shown.getvalue().splitlines()).strip() + "\n"


def nodes() -> Iterator[Node]:
    """The application, its groups and commands, hidden ones too."""
    yield from _below(Node("", _ROOT))


def _below(node: Node) -> Iterator[Node]:
    yield node
    if node.is_group:
        for name, command in node.command.commands.items():
            yield from _below(Node(f"{node.name} {name}".strip(), command))


EVERYTHING = tuple(nodes())
COMMANDS = tuple(node for node in EVERYTHING if not node.is_group)
