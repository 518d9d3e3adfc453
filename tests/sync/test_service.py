"""The service camunda-sync started as operators start it."""

import asyncio
import sys
from functools import partial
from pathlib import Path
from secrets import token_hex

import pytest

from exchanger.ops.diagrams.run_service import SyncService
from exchanger.sandbox.engine import EngineProcess
from exchanger.sandbox.storm import API_KEY, Limits, body, default_workspace, standin
from exchanger.settings import load_settings
from exchanger.storm import process_key
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.health import Health
from exchanger.testing.eventually import eventually
from tests.e2e.house import House
from tests.sync.conftest import tenant_of

pytestmark = [pytest.mark.engine, pytest.mark.e2e]

COMMAND = (sys.executable, "camunda-sync/main.py")


def settings(engine: str, tenant: str, storm: str, *, enabled: bool) -> dict[str, str]:
    return {
        "CAMUNDA_BASE_URL": engine,
        "CAMUNDA_TENANT_ID": tenant,
        "CAMUNDA_AUTH_ENABLED": "false",
        "STORMBPMN_BASE_URL": storm,
        "STORMBPMN_API_KEY": API_KEY,
        "STORMBPMN_REQUESTS_PER_MINUTE": "0",
        "SYNC_ENABLED": str(enabled).lower(),
        "SYNC_INTERVAL": "10",
        "SYNC_EMBEDDED_ENGINE": "false",
    }


class StepClock(SystemClock):
    """A pause lasts until the test takes the next step."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []
        self.step = asyncio.Event()

    def paused(self, times: int) -> bool:
        return len(self.pauses) >= times

    async def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await self.step.wait()
        self.step.clear()


async def test_started_as_operators_start_it_it_carries_diagrams_and_stops_in_time(
    camunda: EngineProcess, tmp_path: Path
) -> None:
    tenant, workspace = f"service-{token_hex(4)}", default_workspace(limits=Limits(per_minute=None))
    house = House(tmp_path / "house")
    async with standin(workspace) as storm, tenant_of(camunda.url, tenant) as engine:
        house.configure(settings(camunda.url, tenant, storm.url, enabled=True))
        service = house.service("camunda-sync", COMMAND)
        try:
            await service.says("проход по диаграммам закончен")
            await service.ready()
            for drawn in list(workspace.diagrams.values())[:2]:
                version = await engine.deployments.latest(process_key(drawn.id))
                assert version is not None
                assert version.tenant_id == tenant
            assert await service.stop() < 10
        finally:
            await house.close()


async def test_it_goes_on_after_a_refusal_and_says_it_once(
    camunda: EngineProcess, tmp_path: Path, logged: list[str]
) -> None:
    tenant, workspace = f"service-{token_hex(4)}", default_workspace(limits=Limits(per_minute=None))
    broken = body("Работать").replace("<bpmn:endEvent", '<bpmn:task id="Activity_0001" /><bpmn:endEvent')
    bad = workspace.add("Плохая", broken)
    clock = StepClock()
    async with standin(workspace) as storm:
        given = settings(camunda.url, tenant, storm.url, enabled=True) | {"EXCHANGER_HOME": str(tmp_path)}
        service = SyncService(load_settings(given, tmp_path), clock, Health())
        working = asyncio.create_task(service.run())
        try:
            for passes in (1, 2, 3):
                await eventually(partial(clock.paused, passes), within=20, what="a run is over")
                refused = sum("диаграмма не развёрнута" in line for line in logged)
                assert refused == 1
                assert ("требующих человека: 1" in service.state()) is (passes < 3)
                if passes == 2:
                    workspace.edit(bad.id, body("Исправлено"))
                clock.step.set()
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
    assert clock.pauses[0] == 10.0


async def test_switched_off_it_stands_still_and_says_so(camunda: EngineProcess, tmp_path: Path) -> None:
    workspace = default_workspace(limits=Limits(per_minute=None))
    house = House(tmp_path / "house")
    async with standin(workspace) as storm:
        house.configure(settings(camunda.url, "nobody", storm.url, enabled=False))
        service = house.service("camunda-sync", COMMAND)
        try:
            await service.says("перенос диаграмм выключен")
            await service.says("службы запущены")
            assert await service.stop() < 10
        finally:
            await house.close()
    assert workspace.requests == []
