"""One installation of its own on shared servers: services behind proxies that cut, a short lease, a quick watch."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from exchanger.testing.proxy import TcpProxy
from tests.e2e import agreement
from tests.e2e.audit import audit
from tests.e2e.house import ON_DUTY, Service
from tests.e2e.ledger import Ledger, read_ledger
from tests.e2e.world import World, open_world
from tests.proof.service import LEASE

LEASE_SECONDS = 12.0
PATIENCE = LEASE_SECONDS + 30
"""Seconds without progress that are a loss: a lease, the long poll that notices it, and a busy machine."""

_SERVICE = (sys.executable, "-m", "tests.proof.service")
WORKER = (*_SERVICE, "camunda-worker")
CREATOR = (*_SERVICE, "task-creator")


@dataclass(slots=True)
class Network:
    """What lies between the services and the world."""

    engine: TcpProxy
    broker: TcpProxy
    portal: TcpProxy

    @property
    def all(self) -> tuple[TcpProxy, ...]:
        return self.engine, self.broker, self.portal

    async def cut(self) -> None:
        """Every connection is reset, and no new one is accepted."""
        for proxy in self.all:
            proxy.refuse()
            await proxy.reset()

    def heal(self) -> None:
        for proxy in self.all:
            proxy.heal()

    @classmethod
    async def open(cls, stack: AsyncExitStack, engine: str, broker: str, portal: str) -> Self:
        proxies = [await stack.enter_async_context(TcpProxy(*_address(url))) for url in (engine, broker, portal)]
        return cls(*proxies)


@dataclass(slots=True)
class Case:
    """A world, the network to it and the services of one installation."""

    world: World
    network: Network
    environment: Mapping[str, str]
    webhook: str
    services: list[Service] = field(default_factory=list)

    def start(self, name: str, command: tuple[str, ...], extra: Mapping[str, str] | None = None) -> Service:
        service = self.world.house.service(name, command, {**self.environment, **(extra or {})})
        self.services.append(service)
        return service

    async def begin(self, count: int) -> None:
        await self.world.deploy(agreement.KEY)
        await self.more(count)

    async def more(self, count: int) -> None:
        await self.world.start(agreement.KEY, count, subject="договор", counter=0, trail="")

    async def all_ended(self, *, within: float = 120) -> None:
        await self.world.ended(within=within, patience=PATIENCE)
        await self.world.quiet()
        await self.stop()

    async def stop(self) -> None:
        """Messages that nobody had acknowledged are back in their queues then, so the depths are whole."""
        await asyncio.gather(*(service.stop() for service in self.services if service.alive))

    async def ledger(self) -> Ledger:
        return await read_ledger(self.world.sources)

    def faults(self, ledger: Ledger) -> list[str]:
        return audit(ledger, agreement.expected(self.world.started))


async def on_duty(service: Service, *, times: int = 1) -> None:
    await service.says(ON_DUTY, times=times)


@asynccontextmanager
async def open_case(engine_url: str, amqp: str, home: Path, *, people: bool = True) -> AsyncIterator[Case]:
    async with open_world(engine_url, amqp, home, people=people) as world, AsyncExitStack() as stack:
        webhook = _webhook(home)
        network = await Network.open(stack, engine_url, amqp, webhook)
        through = {
            "CAMUNDA_BASE_URL": network.engine.url_for(engine_url),
            "RABBITMQ_URL": network.broker.url_for(amqp),
            "BITRIX_WEBHOOK_URL": network.portal.url_for(webhook),
            "RABBITMQ_HEARTBEAT": "5",
            LEASE: str(LEASE_SECONDS),
        }
        yield Case(world, network, through, webhook)


def _webhook(home: Path) -> str:
    """As the world wrote it into the installation's settings."""
    lines = next(home.glob(".env.*")).read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines)["BITRIX_WEBHOOK_URL"]


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port
