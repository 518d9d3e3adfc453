"""The page of exit codes names each code that the source of a command can give, and no other."""

from __future__ import annotations

import re

import pytest

from exchanger import cli
from exchanger.cli import asking
from tests.cli.exits import FOREIGN, codes_of
from tests.cli.tree import COMMANDS, EVERYTHING, Node
from tests.docs.pages import page

_OWN = re.compile(r"^\| `exchanger ([a-z0-9 -]+)` \| (\d+) \| .+ \|$", re.MULTILINE)
_COMMON = re.compile(r"^\| (\d+) \| .+ \|$", re.MULTILINE)
_RUN = [node for node in EVERYTHING if not node.is_group or node.command.invoke_without_command]


def _told() -> dict[str, set[int]]:
    told: dict[str, set[int]] = {}
    for name, code in _OWN.findall(page("docs/reference/exit-codes.md").text):
        told.setdefault(name, set()).add(int(code))
    return told


def test_the_page_names_every_code_of_every_command_and_no_other() -> None:
    assert _told() == {node.name: codes for node in _RUN if node.name and (codes := codes_of(node))}


def test_the_codes_of_all_commands_are_those_of_the_source() -> None:
    told = {int(code) for code in _COMMON.findall(page("docs/reference/exit-codes.md").text)}

    assert told == {0, cli._UNEXPECTED, cli._EXPECTED, asking._NOT_CONFIRMED, 130}


def test_a_command_that_ends_as_another_program_is_named() -> None:
    prose = page("docs/reference/exit-codes.md").prose

    assert [name for name in FOREIGN if f"`exchanger {name}`" not in prose] == []


@pytest.mark.parametrize("node", [node for node in COMMANDS if codes_of(node)], ids=lambda node: node.name)
def test_the_help_speaks_of_the_commands_own_code(node: Node) -> None:
    assert re.search("выход", node.command.help, re.IGNORECASE)
