"""What the documentation tells people to type exists."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import click
import pytest
import typer

from exchanger.cli import app
from tests.docs.pages import ROOT, Page, pages

_ASSIGNMENT = re.compile(r"[A-Z_][A-Z0-9_]*=.*")
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
            words = [word for word in _words(line) if not _ASSIGNMENT.fullmatch(word)]
            if words and words[0] in {"exchanger", ".venv/bin/exchanger"}:
                yield Typed(each.name, tuple(words[1:]))


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # an apostrophe in a text between back quotes: not a command
        return []


def _command(words: tuple[str, ...]) -> tuple[click.Command, tuple[str, ...]]:
    command: click.Command = typer.main.get_command(app)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(click.Context(command), words[0])
        assert inner is not None, f"нет команды {words[0]}"
        command, words = inner, words[1:]
    return command, words


COMMANDS = sorted(set(typed_commands()), key=lambda each: (each.page, each.words))


def test_the_pages_name_commands() -> None:
    assert {each.words[:1] for each in COMMANDS} >= {("run",), ("config",)}


@pytest.mark.parametrize("typed", COMMANDS, ids=lambda each: f"{each.page}: {' '.join(each.words)}")
def test_a_command_named_in_a_page_exists_with_its_options(typed: Typed) -> None:
    command, rest = _command(typed.words)
    known = {name for parameter in command.params for name in (*parameter.opts, *parameter.secondary_opts)}
    known |= {"--help", "-h"}

    assert {word.partition("=")[0] for word in rest if word.startswith("-")} <= known
    with pytest.raises(click.exceptions.Exit) as ended:
        command.main([*_operands(command, rest), "--help"], standalone_mode=False) or _leave()
    assert ended.value.exit_code == 0


def _operands(command: click.Command, rest: tuple[str, ...]) -> list[str]:
    takes = any(isinstance(parameter, click.Argument) for parameter in command.params)
    return [word for word in rest if takes and not word.startswith("-")]


def _leave() -> None:
    raise click.exceptions.Exit(0)  # main() swallows the exit of --help outside the standalone mode


@pytest.mark.parametrize("each", list(pages()), ids=lambda each: each.name)
def test_a_target_of_make_named_in_a_page_exists(each: Page) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    code = "\n".join([*(block.text for block in each.blocks if block.kind == "console"), *each.inline])
    missing = [name for name in _TARGET.findall(code) if not re.search(rf"^{name}:", makefile, re.MULTILINE)]

    assert not missing
