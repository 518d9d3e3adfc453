"""The probe: a real task goes the whole way and leaves nothing, also when the way breaks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from exchanger.connect import Severity
from exchanger.engine.client import RestEngine
from exchanger.engine.connection import EngineConnection
from exchanger.ops.doctor import Section, probe
from exchanger.sandbox.bitrix24 import RunningPortal, default_portal, standin
from exchanger.sandbox.engine import EngineProcess
from exchanger.telemetry.clock import SystemClock
from tests.ops.conftest import House
from tests.ops.doctor_world import bad, settings

pytestmark = [pytest.mark.engine, pytest.mark.rabbitmq]
TENANT = "doctor-probe"


@pytest.fixture
async def portal() -> AsyncIterator[RunningPortal]:
    async with standin(default_portal()) as running:
        yield running


async def leftovers(url: str) -> list[str]:
    async with RestEngine(EngineConnection(url, "look", TENANT), SystemClock()) as engine:
        return [each.key for each in await engine.survey.definitions()]


async def probed(home: Path, url: str, system: str | None = None, **environ: str) -> Section:
    given = settings(home, CAMUNDA_BASE_URL=url, CAMUNDA_TENANT_ID=TENANT, **environ)
    return await probe(given, SystemClock(), system)


async def test_the_probe_goes_the_whole_way_and_leaves_nothing(
    tmp_path: Path, camunda: EngineProcess, vhost: str, portal: RunningPortal
) -> None:
    environ = {"RABBITMQ_URL": vhost, "BITRIX_WEBHOOK_URL": portal.webhook_url, "BITRIX_DEFAULT_RESPONSIBLE_ID": "1"}
    section = await probed(tmp_path, camunda.url, "bitrix24", **environ)
    assert section.worst is Severity.OK, section.text()
    assert "прошло через брокер" in section.text()
    assert "создан и найден по ключу" in section.text()
    assert "процесс дошёл до конца" in section.text()
    assert await leftovers(camunda.url) == []
    assert portal.portal.store.tasks == {}


async def test_without_a_system_named_nothing_is_created_in_any(
    tmp_path: Path, camunda: EngineProcess, portal: RunningPortal
) -> None:
    section = await probed(tmp_path, camunda.url, BITRIX_WEBHOOK_URL=portal.webhook_url)
    assert section.worst is Severity.OK, section.text()
    assert portal.portal.store.tasks == {}


async def test_a_way_that_breaks_is_told_and_what_was_made_is_removed(
    tmp_path: Path, camunda: EngineProcess, portal: RunningPortal
) -> None:
    broker = "amqp://guest:guest@127.0.0.1:9/"
    section = await probed(tmp_path, camunda.url, RABBITMQ_URL=broker, BITRIX_WEBHOOK_URL=portal.webhook_url)
    assert list(bad(list(section.findings))) == ["probe-failed"]
    assert await leftovers(camunda.url) == []


async def test_a_system_that_makes_no_objects_is_a_clear_finding(tmp_path: Path, camunda: EngineProcess) -> None:
    section = await probed(tmp_path, camunda.url, "openproject")
    assert "назовите другую" in bad(list(section.findings))["probe-failed"].remedy
    assert await leftovers(camunda.url) == []


async def test_the_command_prints_json_lines_with_codes_and_ends_by_the_worst(
    house: House, camunda: EngineProcess, vhost: str
) -> None:
    house.environ.update({"CAMUNDA_BASE_URL": camunda.url, "CAMUNDA_TENANT_ID": TENANT, "RABBITMQ_URL": vhost})
    done = await house.run("doctor", "--json", "--probe")
    sections = {line["section"]: line["findings"] for line in map(json.loads, done.output.splitlines())}
    assert {"Настройки", "Службы", "Движок", "Брокер", "Темы", "Проба"} <= set(sections)
    assert all({"severity", "code", "what", "remedy"} == set(one) for found in sections.values() for one in found)
    assert {one["severity"] for one in sections["Проба"]} == {"ok"}
    assert done.exit_code == 2  # nobody answers at the portal's address
    assert "code1234" not in done.output
