"""One installation as operators run it: its folder with .env.dev, its services as processes, their logs."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from exchanger.sandbox.ports import free_ports
from exchanger.sandbox.process import ChildProcess
from exchanger.testing.eventually import eventually

ROOT = Path(__file__).parents[2]
INSTALLATION = "dev"
GRACE = 10.0
"""Seconds in which a service must stop by itself."""

WORKER = (sys.executable, "camunda-worker/main.py")
CREATOR = (sys.executable, "task-creator/main.py")
EVERYTHING = (str(Path(sys.executable).with_name("exchanger")), "run")
PORTAL = (sys.executable, "-m", "tests.e2e.portal")

ON_DUTY = "вахта принята"
"""The log's sentence of a creator that became the active one."""

_START = 60.0


@dataclass(slots=True)
class Service:
    """A process of the installation; `start` after `kill` or `stop` makes a new one with the same name and log."""

    name: str
    command: tuple[str, ...]
    home: Path
    port: int
    environment: Mapping[str, str] = field(default_factory=dict)
    _process: ChildProcess | None = None

    def start(self) -> None:
        kept = {name: os.environ[name] for name in ("HOME", "PATH", "LANG", "XDG_CACHE_HOME") if name in os.environ}
        own = {"EXCHANGER_ENV": INSTALLATION, "EXCHANGER_HOME": str(self.home), "EXCHANGER_HEALTH_PORT": str(self.port)}
        self._process = ChildProcess([*self.command], log=self.log, env=kept | own | dict(self.environment), cwd=ROOT)

    @property
    def log(self) -> Path:
        return self.home / f"{self.name}.out"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    async def ready(self) -> None:
        """All parts up: connected, consuming, polling. Works for services that wait for a term, too."""
        async with aiohttp.ClientSession() as session:
            await eventually(lambda: self._live(session), within=_START, every=0.1, what=f"{self.name} is up")

    async def _live(self, session: aiohttp.ClientSession) -> bool:
        self._check_alive()
        try:
            async with session.get(f"http://127.0.0.1:{self.port}/health/live") as response:
                return response.status == 200
        except aiohttp.ClientError:
            return False

    def _check_alive(self) -> None:
        if not self.alive:  # not an assertion: that would mean "not yet"
            raise RuntimeError(f"{self.name} died:\n{self.text()[-3000:]}")

    async def says(self, sentence: str, *, times: int = 1, within: float = _START) -> float:
        """Wait until the log has the sentence so many times; returns the seconds waited."""
        started = time.monotonic()

        def heard() -> bool:
            self._check_alive()
            return self.text().count(sentence) >= times

        await eventually(heard, within=within, every=0.02, what=f"{self.name}: «{sentence}» ×{times}")
        return time.monotonic() - started

    async def kill(self) -> None:
        assert self._process is not None
        await asyncio.to_thread(self._process.kill)

    async def stop(self) -> float:
        """Stop by SIGTERM; fails when that takes longer than the grace. Returns the seconds it took."""
        assert self._process is not None
        started = time.monotonic()
        by_itself = await asyncio.to_thread(self._process.stop, GRACE)
        assert by_itself, f"{self.name} did not stop within {GRACE} s:\n{self.text()[-3000:]}"
        return time.monotonic() - started

    async def end(self) -> None:
        """Whatever happened, no process is left."""
        if self._process is not None:
            await asyncio.to_thread(self._process.stop, 3.0)


class House:
    """Services of one installation; a context manager that leaves no process behind."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.services: list[Service] = []

    def configure(self, values: Mapping[str, str]) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        lines = (f"{name}={value}\n" for name, value in values.items())
        (self.home / f".env.{INSTALLATION}").write_text("".join(lines), encoding="utf-8")

    def service(self, name: str, command: tuple[str, ...], environment: Mapping[str, str] | None = None) -> Service:
        (port,) = free_ports(1)
        service = Service(name, command, self.home, port, environment or {})
        self.services.append(service)
        service.start()
        return service

    async def close(self) -> None:
        for service in reversed(self.services):
            await service.end()

    def story(self) -> str:
        """The last lines of every service, for a failed test."""
        tails = (f"--- {each.name} ---\n{each.text()[-2500:]}" for each in self.services)
        return f"logs: {self.home}\n" + "\n".join(tails)
