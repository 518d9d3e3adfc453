"""An engine whose database is a file, so that it can be killed, started again, and set back to a copy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from exchanger.sandbox.engine import EngineProcess, engine_process
from exchanger.sandbox.errors import SandboxError
from tests.conftest import unavailable


@pytest.fixture(scope="session")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    try:
        with engine_process(database=tmp_path_factory.mktemp("engine") / "database") as engine:
            yield engine
    except SandboxError as error:
        unavailable(str(error))


@pytest.fixture
def second_vhost(_vhosts: Iterator[str]) -> str:
    return next(_vhosts)
