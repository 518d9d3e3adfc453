"""What `exchanger new-system` writes works at once: its suite passes and Exchanger sees it."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.ops.kit import write_system
from tests.kit.conftest import NAME, Written

LIMIT = 60.0
MANY = 150


async def run(*words: str, environ: Mapping[str, str], cwd: Path) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *words,
        env=dict(environ),
        cwd=cwd,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(LIMIT):
        output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


async def exchanger(written: Written, *words: str, **environ: str) -> tuple[int, str]:
    code = "from exchanger.cli import main; main()"
    return await run("-c", code, *words, environ={**written.environ, **environ}, cwd=written.root)


async def test_the_suite_of_a_new_system_passes(written: Written) -> None:
    words = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist")
    code, output = await run(*words, environ=written.environ, cwd=written.root)
    assert code == 0, output
    passed = re.search(r"(\d+) passed", output)
    assert passed is not None
    assert int(passed[1]) > MANY, output


async def test_a_new_system_passes_the_linter_and_the_formatter(written: Written) -> None:
    for words in (("check",), ("format", "--check")):
        code, output = await run("-m", "ruff", *words, "src", "tests", environ=written.environ, cwd=written.root)
        assert code == 0, output


async def test_an_installed_system_is_listed_with_its_topics_and_promises(written: Written) -> None:
    code, output = await exchanger(written, "systems", "list", "--json")
    assert code == 0, output
    (line,) = [row for row in map(json.loads, output.splitlines()) if row["name"] == NAME]
    assert line == {
        "name": NAME,
        "enabled": True,
        "topics": [["shelf_create_card", "marked"], ["shelf_note", "blind"]],
        "why": "",
    }


async def test_a_system_tells_its_parameters_and_its_quality(written: Written) -> None:
    code, output = await exchanger(written, "systems", "about", NAME)
    assert code == 0, output
    assert "priority: целое, без него 3 — Важность от 1 до 5" in output
    assert "due: день — Срок, день" in output
    assert "text: текст, обязателен — Текст заметки" in output
    assert "стенд не сверен ни с чем чужим" in output


@pytest.mark.parametrize(("right", "code"), [(True, 0), (False, 2)])
async def test_a_system_is_probed_live(written: Written, author: ModuleType, right: bool, code: int) -> None:
    async with author.standin(author.Standin(author.JumpClock().now)) as state:
        token = state.token if right else "another-secret"
        done, output = await exchanger(written, "systems", "check", NAME, SHELF_URL=state.url, SHELF_TOKEN=token)
    assert done == code, output
    assert ("имя — Бот" in output) is right
    assert ("проверьте SHELF_TOKEN" in output) is not right
    assert token not in output


async def test_a_system_without_its_settings_stops_only_itself(written: Written) -> None:
    code, output = await exchanger(written, "systems", "check", NAME)
    assert code == 2
    assert "SHELF_URL или SHELF_TOKEN не задан" in output


@pytest.mark.parametrize("name", ["Shelf", "1shelf", "shelf_two", "a" * 21, "bitrix24", "../shelf", "-x", ""])
def test_a_name_that_would_not_do_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        write_system(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "box").mkdir()
    with pytest.raises(ConfigError, match="уже есть"):
        write_system("box", tmp_path)
    assert list((tmp_path / "box").iterdir()) == []
