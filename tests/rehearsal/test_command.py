"""What the command refuses before an engine is started."""

from pathlib import Path

import pytest

from exchanger.cli import main
from exchanger.domain.errors import ConfigError
from exchanger.ops.rehearsal.house import open_house
from exchanger.telemetry.clock import SystemClock
from tests.rehearsal.drawn import drawn


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    with pytest.raises(SystemExit) as left:
        main("rehearse", *words)
    assert left.value.code == 2
    return capsys.readouterr().err


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "p.bpmn"
    path.write_bytes(drawn("start s; end e", "s>e"))
    return str(path)


def test_exploring_and_a_scenario_exclude_each_other(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--explore" in refused(capsys, file, "--explore", "--scenario", "s.yaml")


def test_a_process_that_the_file_does_not_have_is_named(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Процесса other в файле нет" in refused(capsys, file, "--process", "other")


def test_a_variable_without_a_value_is_refused(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--var" in refused(capsys, file, "--var", "startedBy")


async def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ConfigError, match="Движка cib нет"):
        async with open_house("cib", SystemClock()):
            pass
