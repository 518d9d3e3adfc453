import logging
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from exchanger.telemetry import log as module
from exchanger.telemetry.log import log, setup_logging


class Out:
    def __init__(self, capture: pytest.CaptureFixture[str]) -> None:
        self.capture, self.read = capture, ""

    def getvalue(self) -> str:
        self.read += self.capture.readouterr().out
        return self.read


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]) -> Iterator[Out]:
    handlers, level = logging.root.handlers[:], logging.root.level
    hooks = sys.excepthook
    yield Out(capsys)
    log.remove()
    logging.captureWarnings(capture=False)
    logging.root.handlers, logging.root.level, sys.excepthook = handlers, level, hooks


def test_line_has_the_known_format(out: Out) -> None:
    setup_logging("dev", "task-creator", None, "DEBUG")

    log.bind(task="ext-1").info("Задача создана", object=77, title="два слова", empty="")

    assert re.fullmatch(
        r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \| \[DEV\] \| INFO     \| "
        r"test_log:test_line_has_the_known_format:\d+ \| Задача создана "
        r'\| task=ext-1 object=77 title="два слова" empty=""\n',
        out.getvalue(),
    )


def test_every_line_of_one_task_is_found_by_its_id(out: Out) -> None:
    setup_logging("prod", "camunda-worker", None, "INFO")
    mine = log.bind(task="ext-1")

    mine.info("Получена")
    log.info("Чужая", task="ext-2")
    mine.warning("Сбой", reason=ValueError("первая\nвторая"))
    mine.info("Завершена")

    lines = [line for line in out.getvalue().splitlines() if "task=ext-1" in line]
    assert [re.split(r" \| ", line)[4] for line in lines] == ["Получена", "Сбой", "Завершена"]
    assert len(out.getvalue().splitlines()) == 4


def test_files_lie_by_environment_and_errors_apart(out: Out, tmp_path: Path) -> None:
    setup_logging("prod", "camunda-worker", tmp_path, "INFO", stdout=False)

    log.debug("Мелочь")
    log.info("Работа")
    log.error("Беда")

    main = (tmp_path / "prod/camunda-worker.log").read_text("utf-8")
    errors = (tmp_path / "prod/camunda-worker-errors.log").read_text("utf-8")
    assert "Мелочь" not in main
    assert "Работа" in main
    assert "Беда" in main
    assert "[PROD]" in main
    assert "Работа" not in errors
    assert "Беда" in errors
    assert out.getvalue() == ""


def test_file_that_grew_is_packed_and_a_new_one_begun(
    out: Out, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_MAIN", module._Rolling("1 KB", module._MAIN.keep))

    setup_logging("prod", "console", tmp_path, "INFO", stdout=False)
    for _ in range(20):
        log.info("Строка", text="x" * 100)

    names = sorted(path.name for path in (tmp_path / "prod").iterdir())
    assert len([name for name in names if name.endswith(".log.zip")]) >= 1
    assert "console.log" in names


@pytest.mark.parametrize(
    ("service", "main", "errors"),
    [
        ("camunda-worker", ("100 MB", 30), ("50 MB", 60)),
        ("camunda-sync", ("100 MB", 30), ("50 MB", 60)),
        ("console", ("100 MB", 30), ("50 MB", 60)),
        ("task-creator", ("20 MB", 14), ("20 MB", 14)),
    ],
)
def test_sizes_and_terms_are_the_known_ones(
    service: str, main: tuple[str, int], errors: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, int]] = []
    monkeypatch.setattr(module, "_add_file", lambda *args: seen.append((args[3].size, args[3].keep.days)))

    module._add_files(tmp_path, service, "INFO", "{message}")

    assert seen == [main, errors]


def test_impossible_folder_is_said_and_stops_nothing(out: Out, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("занято")

    setup_logging("prod", "console", tmp_path / "file", "INFO")
    log.info("Работа")

    assert "нельзя писать" in out.getvalue()
    assert "Работа" in out.getvalue()


def test_impossible_folder_with_stdout_off_falls_back_to_stderr(
    out: Out, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("занято")

    setup_logging("prod", "console", tmp_path / "file", "INFO", stdout=False)

    assert "нельзя писать" in capsys.readouterr().err


def test_standard_logging_comes_with_its_own_place_and_level(out: Out) -> None:
    setup_logging("prod", "console", None, "INFO")

    logging.getLogger("foreign").warning("Чужая %s {скобки}", "строка")
    logging.getLogger("foreign").debug("Мелочь")
    logging.getLogger("aiohttp.access").info("GET /body")

    line = out.getvalue()
    assert "WARNING  | test_log:test_standard_logging_comes_with_its_own_place_and_level:" in line
    assert "Чужая строка {скобки} | logger=foreign" in line
    assert "Мелочь" not in line
    assert "GET" not in line


def test_bodies_stay_out(out: Out) -> None:
    setup_logging("prod", "console", None, "INFO")

    @dataclass
    class Body:
        name: str = "Иванов"

    log.info("Тело", a={"name": "Иванов"}, b=b"Ivanov", c=Body(), d="Иванов" * 100, e=[1, "два"])

    text = out.getvalue()
    assert text.count("Иванов") == 50
    assert 'a="<dict: 1 полей>" b="<6 байт>" c=<Body>' in text
    assert "(+300)" in text
    assert "e=1,два" in text


def test_field_that_cannot_be_printed_breaks_nothing(out: Out) -> None:
    class Broken:
        def __str__(self) -> str:
            raise RuntimeError("нет текста")

    setup_logging("prod", "console", None, "INFO")
    log.info("Работа", value=Broken())

    assert "Broken: не печатается, RuntimeError" in out.getvalue()
