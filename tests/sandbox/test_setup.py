import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "scripts" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("version", [(3, 7), (3, 10)])
def test_old_python_is_named_before_anything_is_created(version: tuple[int, int]) -> None:
    assert "Нужен Python 3.11" in script("setup").missing(version, lambda _name: True)


def test_python_without_venv_is_told_which_package_to_install() -> None:
    assert "apt install python3-venv" in script("setup").missing((3, 11), lambda name: name != "ensurepip")


@pytest.mark.parametrize("version", [(3, 11), (3, 13), (4, 0)])
def test_machine_with_everything_misses_nothing(version: tuple[int, int]) -> None:
    assert script("setup").missing(version, lambda _name: True) is None


def test_locks_satisfy_the_project_file() -> None:
    script("check_locks").main()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("rich==13.0 --hash=sha256:00\n", "rich==13.0 не подходит"),
        ("typer==1.0 --hash=sha256:00\n", "нет пакета «rich»"),
        ("rich==14.1 \\\n", "у rich==14.1 нет контрольной суммы"),
    ],
)
def test_lock_that_does_not_fit_is_told(text: str, fault: str) -> None:
    assert any(fault in each for each in script("check_locks").faults("dev.lock", text, ["rich>=14"]))
