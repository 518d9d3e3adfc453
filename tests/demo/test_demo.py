"""The demo as a person starts it: a process of its own, without a terminal."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.conftest import unavailable

pytestmark = [pytest.mark.engine, pytest.mark.timeout(300)]

COMMAND = [str(Path(sys.executable).with_name("exchanger")), "demo"]
GOOD = "Каждый процесс завершился как должен, каждая задача создана ровно один раз."


@contextmanager
def started(tmp_path: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [*COMMAND, *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=tmp_path,
        env=environment,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


def played(tmp_path: Path, *options: str) -> tuple[int, str]:
    with started(tmp_path, *options) as process:
        output, _ = process.communicate(timeout=240)
    if "Не удалось скачать" in output:
        unavailable(output)
    return process.returncode, output


@pytest.mark.parametrize("engine", ["camunda", "operaton"])
def test_every_process_ends_as_it_should(tmp_path: Path, engine: str) -> None:
    code, output = played(tmp_path, "--engine", engine, "--instances", "4", "--fast")

    assert code == 0, output
    assert GOOD in output
    assert "4, завершились как должны 4" in output
    assert "22, разных ключей 22" in output  # 4 × 4 tasks and two more for each of 1 + 0 + 2 + 0 refusals
    assert list(tmp_path.iterdir()) == []


@pytest.mark.rabbitmq
def test_the_same_over_a_real_rabbitmq(tmp_path: Path, rabbitmq: object) -> None:
    code, output = played(tmp_path, "--rabbitmq", "--instances", "2", "--fast")

    assert code == 0, output
    assert GOOD in output


@pytest.mark.rabbitmq
def test_a_broker_where_somebody_works_is_refused(tmp_path: Path, vhost: str, camunda: object) -> None:
    # Given: one demo at work on the virtual host
    first = started(tmp_path, "--rabbitmq-url", vhost, "--instances", "1", "--keep", "--no-people")
    with first as working:
        read_until(working, "процесс запущен")

        # When
        code, output = played(tmp_path, "--rabbitmq-url", vhost, "--instances", "1", "--fast")

    # Then
    assert code == 2
    assert "отдельный виртуальный узел" in output


def test_it_stays_for_a_person_and_ends_by_ctrl_c(tmp_path: Path) -> None:
    with started(tmp_path, "--keep", "--instances", "1", "--fast") as process:
        # Given
        output = read_until(process, "стенд стоит")
        portal, engine, health = (re.findall(pattern, output)[0] for pattern in (TASKS, ENGINE, HEALTH))

        # When
        with urlopen(portal) as page, urlopen(f"{engine}/version") as version, urlopen(health) as report:
            assert "Подготовить проект договора" in page.read().decode()
            assert b"7.24" in version.read()
            assert report.status == 200
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=20)

    # Then
    assert process.returncode == 0, output
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{engine}/version")


def test_an_interrupted_show_ends_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    with started(tmp_path, "--instances", "3", "--no-people") as process:
        output = read_until(process, "процесс запущен")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=15)

    assert process.returncode == 130
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(OSError, match="refused"):
        urlopen(f"{re.findall(ENGINE, output)[0]}/version")


TASKS = r"стенд Битрикс24\): (\S+)"
ENGINE = r"Движок, REST: (\S+)"
HEALTH = r"Здоровье: (\S+)"


def read_until(process: "subprocess.Popen[str]", text: str) -> str:
    """The lines up to the one with the text; the end of the output is a failure, a silence ends by pytest-timeout."""
    lines: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)
        if text in line:
            return "".join(lines)
    raise AssertionError("".join(lines))
