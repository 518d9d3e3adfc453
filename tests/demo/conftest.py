import tempfile
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_temporary_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A show that ended badly keeps its log in the temporary folder: here in the test's own."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
