"""A system that `new-system` wrote, once a session; "installed" by its metadata beside it, without a network."""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest

from exchanger.ops.kit import write_system

NAME = "shelf"


@dataclass(frozen=True, slots=True)
class Written:
    """The author's folder and the environment in which it is installed."""

    root: Path
    environ: Mapping[str, str]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    root = tmp_path_factory.mktemp("kit")
    write_system(NAME, root)
    project = tomllib.loads((root / NAME / "pyproject.toml").read_text("utf-8"))["project"]
    points = project["entry-points"]["exchanger.systems"]
    metadata = root / NAME / "src" / f"exchanger_{NAME}-{project['version']}.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Name: {project['name']}\nVersion: {project['version']}\n", "utf-8")
    lines = [f"{name} = {value}" for name, value in points.items()]
    (metadata / "entry_points.txt").write_text("\n".join(["[exchanger.systems]", *lines]), "utf-8")
    environ = {
        **os.environ,
        "PYTHONPATH": str(root / NAME / "src"),
        "EXCHANGER_HOME": str(root),
        "EXCHANGER_SYSTEMS": f"bitrix24,{NAME}",
        "CAMUNDA_BASE_URL": "http://127.0.0.1:1/engine-rest",
        "BITRIX_WEBHOOK_URL": "https://portal.example/rest/1/code1234/",
    }
    return Written(root / NAME, environ)


@pytest.fixture(scope="session")
def author(written: Written) -> ModuleType:
    """The author's test levers, in this process."""
    sys.path.append(str(written.root / "src"))
    spec = spec_from_file_location("exchanger_shelf_world", written.root / "tests" / "world.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
