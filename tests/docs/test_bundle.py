"""The offline bundle carries the licence of everything in it, or is not made."""

import importlib.util
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

import pytest

from tests.docs.pages import ROOT


@pytest.fixture(scope="module")
def bundle() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bundle", ROOT / "scripts" / "bundle.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wheel(folder: Path, name: str, metadata: str, **texts: str) -> None:
    with ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr(f"{name}-1.0.dist-info/METADATA", f"Name: {name}\nVersion: 1.0\n{metadata}\n\nlong\n")
        for path, text in texts.items():
            archive.writestr(f"{name}-1.0.dist-info/licenses/{path}", text)


def test_each_wheel_has_its_row_and_its_texts(bundle: ModuleType, tmp_path: Path) -> None:
    wheels, folder = tmp_path / "wheels", tmp_path / "licences"
    wheels.mkdir()
    wheel(wheels, "one", "License-Expression: MIT", LICENSE="text one")
    wheel(wheels, "two", "Classifier: License :: OSI Approved :: BSD License", NOTICE="text two")
    wheel(wheels, "three", "", COPYING="text three")

    table = bundle.licences(wheels, folder)

    assert "| one | 1.0 | MIT |" in table
    assert "| two | 1.0 | BSD License |" in table
    assert "| three | 1.0 | см. текст |" in table
    texts = {path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}
    assert texts == {"text one", "text two", "text three"}


def test_a_wheel_without_a_licence_stops_the_bundle(bundle: ModuleType, tmp_path: Path) -> None:
    wheel(tmp_path, "nameless", "")

    with pytest.raises(SystemExit, match="nameless"):
        bundle.licences(tmp_path, tmp_path / "licences")
