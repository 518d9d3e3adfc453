"""One test's world: a tenant of the real engine, a virtual host, the portal, the services."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import aiohttp

from exchanger.domain.typed import typed
from exchanger.domain.variables import PlainValue
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.telemetry.clock import SystemClock
from exchanger.testing.eventually import eventually
from tests.e2e.audit import Expected, audit
from tests.e2e.house import INSTALLATION, PORTAL, House, Service
from tests.e2e.ledger import History, Sources, depths, read_ledger

ENGINE_NAME = "e2e"
KEY_PREFIX = f"exch:{INSTALLATION}:{ENGINE_NAME}:"
LEASE = 60.0
"""Seconds; the shortest that settings allow. A fetch whose worker is killed heals after it."""
QUARANTINE = 3.0
"""Seconds; longer than the stand-in's longest request (`test_many`: a third of it), so no create outlives its dead
caller by this much."""

_START = 30.0


@dataclass(slots=True)
class World:
    house: House
    operator: RestEngine
    sources: Sources
    portal: Service
    started: set[str]

    async def deploy(self, name: str) -> None:
        model = (Path(__file__).parent / f"{name}.bpmn").read_bytes()
        await self.operator.admin.deploy(name, {f"{name}.bpmn": model})

    async def start(self, key: str, count: int = 1, **variables: PlainValue) -> None:
        values = {name: typed(value) for name, value in variables.items()}
        slots = asyncio.Semaphore(8)

        async def one() -> None:
            async with slots:
                self.started.add(await self.operator.admin.start(key, values))

        await asyncio.gather(*(one() for _ in range(count)))

    async def ended(self, *, within: float, patience: float) -> None:
        """Wait for every instance to end; `patience` seconds without any completed task are a loss, not slowness."""
        async with aiohttp.ClientSession() as session:
            history = History(session, self.sources)
            deadline, progress, since = time.monotonic() + within, -1, time.monotonic()
            while (left := await history.count("history/process-instance", unfinished="true")) > 0:
                done = await history.count("history/external-task-log", successLog="true")
                now = time.monotonic()
                if done != progress:
                    progress, since = done, now
                if now - since > patience or now > deadline:
                    raise AssertionError(f"{left} instances left, {done} tasks done, {await self._queues()}")
                await asyncio.sleep(0.3)

    async def done(self) -> int:
        async with aiohttp.ClientSession() as session:
            return await History(session, self.sources).count("history/external-task-log", successLog="true")

    async def _queues(self) -> dict[str, int]:
        found = await depths(self.sources.amqp) if self.sources.amqp else {}
        return {name: depth for name, depth in found.items() if depth}

    async def quiet(self, *, still: float = 0.0) -> None:
        """Wait until no message is on its way, for `still` seconds: what is in hand is not counted by the broker."""
        await eventually(self._empty, within=20, every=0.2, what="queues are empty")
        await asyncio.sleep(still)

    async def _empty(self) -> bool:
        queues = await self._queues()
        assert not queues, queues
        return True

    async def faults(self, expected: Expected) -> list[str]:
        return audit(await read_ledger(self.sources), expected)

    async def admin(self, path: str, body: Mapping[str, object]) -> None:
        """An order to the portal's stand-in."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.sources.portal}/__admin/{path}", json=body) as response,
        ):
            assert response.status == 200, await response.text()


def settings(sources: Sources, webhook: str) -> dict[str, str]:
    values = {
        "CAMUNDA_BASE_URL": sources.engine,
        "CAMUNDA_ENGINE_NAME": ENGINE_NAME,
        "CAMUNDA_TENANT_ID": sources.tenant,
        "CAMUNDA_WORKER_ID": f"worker-{sources.tenant}",
        "CAMUNDA_AUTH_ENABLED": "false",
        "CAMUNDA_MAX_TASKS": "50",
        "CAMUNDA_LEASE": str(int(LEASE * 1000)),
        "CAMUNDA_POLL": "5000",
        "BITRIX_WEBHOOK_URL": webhook,
        "BITRIX_REQUESTS_PER_SECOND": "1000",
        "BITRIX_BURST": "1000",
        "BITRIX_POLL_INTERVAL": "1",
        "BITRIX_QUARANTINE": str(QUARANTINE),
    }
    return values | ({"RABBITMQ_URL": sources.amqp} if sources.amqp else {})


@asynccontextmanager
async def open_world(engine_url: str, amqp: str | None, home: Path, *, people: bool) -> AsyncIterator[World]:
    """Everything but our services; a failure inside shows what the processes said."""
    house, tenant = House(home), f"t{token_hex(4)}"
    connection = EngineConnection(engine_url, "operator", tenant)
    async with RestEngine(connection, SystemClock()) as operator:
        try:
            portal = house.service("portal", (*PORTAL, *(["--people"] if people else [])))
            line = await eventually(lambda: _first_line(portal), within=_START, every=0.05, what="the portal is up")
            sources = Sources(engine_url, tenant, line["url"], amqp)
            house.configure(settings(sources, line["webhook_url"]))
            yield World(house, operator, sources, portal, set())
        except BaseException as error:
            error.add_note(house.story())
            raise
        finally:
            await house.close()


def _first_line(portal: Service) -> dict[str, str]:
    text = portal.text()
    assert portal.alive, text
    assert "\n" in text, "no address yet"
    line: dict[str, str] = json.loads(text.splitlines()[0])
    return line
