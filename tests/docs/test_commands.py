"""What the documentation tells people to type exists."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

import pytest
from typer.testing import CliRunner

from exchanger.cli import app
from tests.docs.pages import ROOT, Page, pages

_ASSIGNMENT = re.compile(r"[A-Z_][A-Z0-9_]*=.*")
_DEMO = re.compile(r'make demo ARGS="([^"]*)"')
_WORD = re.compile(r"-{0,2}[a-z0-9][a-z0-9-]*")
_TARGET = re.compile(r"\bmake ([a-z]+)")


@dataclass(frozen=True, slots=True)
class Typed:
    """A command of a page, without `exchanger` itself."""

    page: str
    words: tuple[str, ...]


def typed_commands() -> Iterator[Typed]:
    for each in pages():
        lines = [line for block in each.blocks if block.kind == "console" for line in block.text.splitlines()]
        for line in [*(line.removeprefix("$ ") for line in lines), *each.inline]:
            shown = _DEMO.sub(r"exchanger demo \1", line)
            words = [word for word in _words(shown) if not _ASSIGNMENT.fullmatch(word)]
            if words and words[0] in {"exchanger", ".venv/bin/exchanger"}:
                yield Typed(each.name, tuple(words[1:]))


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # an apostrophe in a text between back quotes: not a command
        return []


COMMANDS = sorted(set(typed_commands()), key=lambda each: (each.page, each.words))


def test_the_pages_name_commands() -> None:
    assert {each.words[:1] for each in COMMANDS} >= {("run",), ("config",)}


@pytest.mark.parametrize("typed", COMMANDS, ids=lambda each: f"{each.page}: {' '.join(each.words)}")
def test_a_command_named_in_a_page_exists_with_its_options(typed: Typed) -> None:
    options = [word.partition("=")[0] for word in typed.words if word.startswith("-")]
    names = list(takewhile(lambda word: not word.startswith("-"), typed.words))

    shown = CliRunner().invoke(app, [*names, "--help"], env={"COLUMNS": "200", "TERM": "dumb", "NO_COLOR": "1"})

    assert shown.exit_code == 0, shown.output
    known = set(_WORD.findall(shown.output))
    # A word of an argument is one of its choices, or the name of a file.
    assert {word for word in (*options, *names) if "." not in word} <= known


@pytest.mark.parametrize("each", list(pages()), ids=lambda each: each.name)
def test_a_target_of_make_named_in_a_page_exists(each: Page) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    code = "\n".join([*(block.text for block in each.blocks if block.kind == "console"), *each.inline])
    missing = [name for name in _TARGET.findall(code) if not re.search(rf"^{name}:", makefile, re.MULTILINE)]

    assert not missing
