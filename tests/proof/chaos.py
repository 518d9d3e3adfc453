"""Faults at random, by a seed: what is struck, when and for how long."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random

import aiohttp

from exchanger.sandbox.rabbitmq import RabbitServer
from tests.e2e.house import Service
from tests.proof.broker import crashed
from tests.proof.case import LEASE_SECONDS, Case
from tests.proof.people import Crowd

QUARANTINE = LEASE_SECONDS / 2
LATE = 3.5
LAG = 1.5
"""A request may be carried out so late, and a search may see it so much later: together less than the quarantine."""
LONGEST_FREEZE = 20.0
"""Seconds; the broker gives up a silent process after about three of its heartbeats."""

Act = Callable[[], Awaitable[str]]


@dataclass(slots=True)
class Chaos:
    """`story` says what was done, second by second."""

    case: Case
    broker: RabbitServer
    random: Random
    crowd: Crowd
    story: list[str] = field(default_factory=list)
    _after: list[asyncio.Task[None]] = field(default_factory=list)

    async def rage(self, seconds: float) -> None:
        began = time.monotonic()
        while (now := time.monotonic() - began) < seconds:
            # What people delete is noticed after a minute: early enough to be healed when the rest is.
            act = self.random.choice(self._acts(early=now < seconds / 3))
            self.story.append(f"{now:6.1f} {act.__name__}: {await act()}")
            await self.case.more(self.random.randint(0, 3))
            await asyncio.sleep(self.random.uniform(0.2, 2))
        await self.calm()

    async def calm(self) -> None:
        """Everything is healed; what was done to tasks and instances stays."""
        await asyncio.gather(*self._after)
        for proxy in self.case.network.all:
            proxy.heal()
            await proxy.reset()
        async with aiohttp.ClientSession() as session:
            await session.delete(f"{self.case.world.sources.portal}/__admin/faults")

    def _acts(self, *, early: bool) -> list[Act]:
        often: list[Act] = [self.kill, self.reset, self.half_open, self.late, self.lost_answer]
        seldom: list[Act] = [self.freeze, self.lost_confirms, self.lag, self.crowd.decline, self.crowd.reopen]
        seldom += [self.crowd.cancel, self.kill_the_broker]
        return often * 2 + seldom + ([self.crowd.delete] * 3 if early else [])

    def _someone(self) -> Service:
        return self.random.choice(self.case.services)

    async def kill(self) -> str:
        service = self._someone()
        await service.kill()
        service.start()
        return service.name

    async def freeze(self) -> str:
        service, seconds = self._someone(), self.random.uniform(1, LONGEST_FREEZE)
        os.kill(pid := service.pid, signal.SIGSTOP)

        async def wake() -> None:
            await asyncio.sleep(seconds)
            if service.pid == pid and service.alive:
                os.kill(pid, signal.SIGCONT)

        self._after.append(asyncio.create_task(wake()))
        return f"{service.name} for {seconds:.1f} s"

    async def kill_the_broker(self) -> str:
        await crashed(self.broker)
        return "kill -9"

    async def reset(self) -> str:
        proxy = self.random.choice(self.case.network.all)
        await proxy.reset()
        return f"port {proxy.port}"

    async def half_open(self) -> str:
        """Silence in both directions; the connections stay."""
        return await self._silence(self.random.choice(self.case.network.all).hole)

    async def lost_confirms(self) -> str:
        """The broker stores, its confirmations get lost."""
        return await self._silence(self.case.network.broker.hole_from_server)

    async def _silence(self, fall_silent: Callable[[], None]) -> str:
        seconds = self.random.uniform(0.5, 6)
        fall_silent()
        await asyncio.sleep(seconds)
        for proxy in self.case.network.all:
            proxy.heal()
        return f"{seconds:.1f} s"

    async def late(self) -> str:
        return await self._fault("delay_then_commit", delay=self.random.uniform(0.5, LATE))

    async def lost_answer(self) -> str:
        return await self._fault(self.random.choice(["bad_gateway_after", "commit_then_drop", "drop_before_commit"]))

    async def _fault(self, kind: str, **more: float) -> str:
        times = self.random.randint(1, 3)
        await self.case.world.admin("faults", {"kind": kind, "method": "tasks.task.add", "times": times, **more})
        return f"{kind} ×{times}"

    async def lag(self) -> str:
        seconds = self.random.choice([0, LAG])
        await self.case.world.admin("switches", {"search_lag": seconds})
        return f"{seconds} s"

    async def stop(self) -> None:
        """Whatever happens, nobody stays frozen."""
        for task in self._after:
            task.cancel()
        for service in self.case.services:
            with suppress(ProcessLookupError):
                os.kill(service.pid, signal.SIGCONT)
