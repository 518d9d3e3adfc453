"""What the tests of the clients share: a clock that does not wait, a stand-in and a client on one time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from exchanger.sandbox.storm import API_KEY, TOKEN, RunningStorm, Workspace, standin
from exchanger.storm.api import Retries, StormOptions, StormSource, open_storm

START = datetime(2026, 1, 12, 9, 0, tzinfo=UTC)


@dataclass
class JumpClock:
    """Sleeping moves the time at once; `skew` is what was done to the wall clock, `booted` a reboot."""

    elapsed: float = 0.0
    skew: float = 0.0
    booted: float = 0.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed + self.skew)

    def true_now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed - self.booted

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.elapsed += max(seconds, 0.0)
        await asyncio.sleep(0)


def options(
    url: str, directory: Path, *, api_key: str = API_KEY, token: str = "", per_minute: int = 4, seconds: float = 5.0
) -> StormOptions:
    return StormOptions(
        base_url=url,
        directory=directory,
        api_key=api_key,
        bearer_token=token,
        per_minute=per_minute,
        timeout=timedelta(seconds=seconds),
        retries=Retries(3, timedelta(seconds=1)),
    )


@dataclass(frozen=True)
class Bench:
    """A stand-in, and clients of it that share its time."""

    running: RunningStorm
    clock: JumpClock
    directory: Path

    @property
    def workspace(self) -> Workspace:
        return self.running.workspace

    @asynccontextmanager
    async def client(
        self, *, api_key: str = API_KEY, token: str = "", per_minute: int = 4, seconds: float = 5.0
    ) -> AsyncIterator[StormSource]:
        url = self.running.url
        chosen = options(url, self.directory, api_key=api_key, token=token, per_minute=per_minute, seconds=seconds)
        async with open_storm(chosen, self.clock) as storm:
            yield storm

    @asynccontextmanager
    async def both_kinds(self, kind: str, *, per_minute: int = 4) -> AsyncIterator[StormSource]:
        key, token = (API_KEY, "") if kind == "public" else ("", TOKEN)
        async with self.client(api_key=key, token=token, per_minute=per_minute) as storm:
            yield storm


@asynccontextmanager
async def bench(workspace: Workspace, clock: JumpClock, directory: Path) -> AsyncIterator[Bench]:
    async with standin(workspace) as running:
        yield Bench(running, clock, directory)
