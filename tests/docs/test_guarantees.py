"""The pages of guarantees: every line names a test that exists, and the two languages keep in step."""

import ast
import re

import pytest

from tests.docs.pages import ROOT, page

RUSSIAN, ENGLISH = "docs/explanation/guarantees.md", "docs/explanation/guarantees.en.md"
_COMMAND = re.compile(r"pytest (tests/[\w/]+\.py)(?:::(\w+))?")
_COLUMNS = 4


def _rows(name: str) -> list[list[str]]:
    lines = [line for line in page(name).text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def _commands(name: str) -> list[str]:
    return [row[-1].strip("`| ") for row in _rows(name)]


@pytest.mark.parametrize("name", [RUSSIAN, ENGLISH])
def test_every_promise_has_its_conditions_its_limits_and_a_command(name: str) -> None:
    rows = _rows(name)

    assert len(rows) > 20
    assert all(len(row) == _COLUMNS and all(row) for row in rows)


@pytest.mark.parametrize("command", sorted(set(_commands(RUSSIAN))))
def test_a_command_that_proves_a_promise_names_a_test_that_exists(command: str) -> None:
    found = _COMMAND.fullmatch(command)

    assert found is not None, command
    file, test = found.groups()
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    names = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert test is None or test in names


def test_the_two_languages_prove_the_same_by_the_same_commands() -> None:
    assert _commands(RUSSIAN) == _commands(ENGLISH)
