"""RabbitMQ of another release: the variable chooses it, and what it takes is started with its own libraries."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from exchanger.sandbox.errors import SandboxError
from exchanger.sandbox.rabbitmq import software, suite

ELF = b"\x7fELF"


def test_the_variable_chooses_the_release(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def fetch(target: Path, name: str, _stage: object) -> Path:
        asked.append(name)
        return target

    monkeypatch.setattr(software, "fetch_suite", fetch)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("EXCHANGER_SANDBOX_RABBITMQ", "trixie")
    found = software.ensure_software()
    assert asked == ["trixie"]
    assert found.root.name.startswith("trixie-")


def test_programs_are_started_by_their_own_loader_and_scripts_are_left_alone(tmp_path: Path) -> None:
    # Given a loader that tells how it was called, a program and a script
    libraries = next(iter(suite.library_folders(tmp_path)))
    programs = tmp_path / "usr/lib/erlang/erts-15/bin"
    for folder in (libraries, programs):
        folder.mkdir(parents=True)
    loader = libraries / "ld-linux-test.so.2"
    loader.write_text('#!/bin/sh\necho "$@"\n', encoding="utf-8")
    loader.chmod(0o755)
    (programs / "beam.smp").write_bytes(ELF + b"rest")
    (programs / "escript").write_text("#!/bin/sh\n", encoding="utf-8")
    # When they are wrapped
    suite.wrap(tmp_path)
    # Then the program goes through the loader with its own libraries first
    done = subprocess.run([programs / "beam.smp", "-x", "a b"], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "--library-path",
        ":".join(map(str, suite.library_folders(tmp_path))),
        str(programs / "beam.smp.real"),
        "-x",
        "a",
        "b",
    ]
    assert (programs / "escript").read_text(encoding="utf-8") == "#!/bin/sh\n"


def test_packages_without_a_loader_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SandboxError, match="загрузчика"):
        suite.wrap(tmp_path)
