from pathlib import Path

import pytest

from exchanger.ops.services.host import Machine
from exchanger.ops.services.unit import Place
from tests.services.machine import FakeHost


@pytest.fixture
def host() -> FakeHost:
    return FakeHost()


@pytest.fixture
def machine(host: FakeHost, tmp_path: Path) -> Machine:
    units = tmp_path / "system"
    units.mkdir()
    return Machine(host, units)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".env.prod").write_text("CAMUNDA_BASE_URL=http://127.0.0.1:1/engine-rest\n", "utf-8")
    return Place(home, Path("/opt/exchanger/.venv/bin/exchanger"), credentials=tmp_path / "credentials")
