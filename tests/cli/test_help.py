"""Each command explains itself in Russian, by an example that would be accepted, and as a person last read it."""

from __future__ import annotations

import re
import shlex
from itertools import takewhile

import pytest

from tests.cli.snapshots import FOLDER, snapshot_of
from tests.cli.tree import COMMANDS, EVERYTHING, Node

_EXAMPLE = re.compile(r"Пример:\s+(.+)", re.DOTALL)
_ENGLISH = re.compile(r"Usage|Options|Arguments|Commands|Show this|Install completion|\[default|\[required|\[OPTIONS\]")
_RENEW = "the help has changed: python -m tests.cli.snapshots, and read the difference"


def _names(node: Node) -> str:
    return node.name or "exchanger"


def _example(node: Node) -> list[str]:
    """The words of the first example, after the settings before it."""
    found = _EXAMPLE.search(node.command.help or "")
    assert found, "add «Пример: exchanger …» to the docstring"
    words = shlex.split(" ".join(found[1].split()).partition(";")[0].partition(" > ")[0])
    return list(words)[len(list(takewhile(lambda word: re.fullmatch(r"[A-Z_]+=\S*", word), words))) :]


@pytest.mark.parametrize("node", EVERYTHING, ids=_names)
def test_the_help_is_the_one_that_was_read(node: Node) -> None:
    shown = node.help()

    assert snapshot_of(node).exists(), _RENEW
    assert shown == snapshot_of(node).read_text("utf-8"), _RENEW
    assert not _ENGLISH.search(shown)


def test_no_page_of_help_is_left_of_a_command_that_is_gone() -> None:
    assert {path.name for path in FOLDER.glob("*.txt")} == {snapshot_of(node).name for node in EVERYTHING}, _RENEW


@pytest.mark.parametrize("node", COMMANDS, ids=_names)
def test_the_help_has_an_example_of_this_command_with_options_that_it_has(node: Node) -> None:
    words = _example(node)

    assert words[: 1 + len(node.name.split())] == ["exchanger", *node.name.split()]
    given = [word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)]
    assert set(given) <= node.options | {"--help"}


@pytest.mark.parametrize("node", EVERYTHING, ids=_names)
def test_each_option_and_argument_says_in_russian_what_it_is(node: Node) -> None:
    silent = [
        each.name
        for each in node.command.params
        if each.name not in {"install_completion", "show_completion"}
        and not re.search("[а-яё]", getattr(each, "help", None) or "", re.IGNORECASE)
    ]

    assert silent == []
    assert re.search("[а-яё]", node.command.help or "", re.IGNORECASE)
