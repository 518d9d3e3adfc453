"""The parts of one measurement: engine, broker, portal, services; each a process, all stopped at the end."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from exchanger.sandbox.process import ChildProcess

ROOT = Path(__file__).parents[1]
_PATIENCE = 60.0


class Plant:
    """Processes of one measurement by name."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.processes: dict[str, ChildProcess] = {}

    def start(self, name: str, *command: str, environment: Mapping[str, str] | None = None) -> ChildProcess:
        kept = {key: os.environ[key] for key in ("HOME", "PATH", "LANG", "XDG_CACHE_HOME") if key in os.environ}
        command_line = [sys.executable, "-m", *command]
        process = ChildProcess(
            command_line, log=self.home / f"{name}.out", env=kept | dict(environment or {}), cwd=ROOT
        )
        self.processes[name] = process
        return process

    async def line(self, name: str, wanted: Callable[[str], bool]) -> str:
        """The first line of the process's output that is wanted."""
        process, deadline = self.processes[name], time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            text = process.log.read_text(encoding="utf-8", errors="replace")
            found = next(
                (line for line in text.splitlines(keepends=True) if line.endswith("\n") and wanted(line)), None
            )
            if found is not None:
                return found
            if not process.alive:
                raise RuntimeError(f"{name} не работает:\n{process.log_tail()}")
            await asyncio.sleep(0.05)
        raise RuntimeError(f"{name}: не дождались за {_PATIENCE:.0f} с:\n{process.log_tail()}")

    async def portal(self, after: float) -> dict[str, str]:
        self.start("portal", "bench.portal", str(self.closings), "--after", str(after))
        address: dict[str, str] = json.loads(await self.line("portal", lambda line: line.startswith("{")))
        return address

    @property
    def closings(self) -> Path:
        return self.home / "closings.tsv"

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.stop(10.0)


@contextmanager
def plant(home: Path) -> Iterator[Plant]:
    home.mkdir(parents=True)
    own = Plant(home)
    try:
        yield own
    finally:
        own.stop()
