"""Seeded faults of the engine, by a stand-in that answers as an ill one does: fault → code → remedy."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from exchanger.ops.doctor.engine import INDEX_FROM, examine_engine
from exchanger.sandbox.engine import EngineProcess
from exchanger.telemetry.clock import SystemClock
from tests.ops.doctor_world import NOBODY, EngineStandin, bad, engine_standin, settings


@dataclass(frozen=True, slots=True)
class Fault:
    """An ill engine, the code of the finding and a piece of its remedy."""

    engine: EngineStandin
    code: str
    remedy: str
    environ: dict[str, str] = field(default_factory=dict)


LOGIN = {"CAMUNDA_AUTH_ENABLED": "true", "CAMUNDA_AUTH_USERNAME": "u", "CAMUNDA_AUTH_PASSWORD": "p4ssw0rd"}
NO_UPDATES = frozenset({"UPDATE ProcessInstance", "UPDATE_INSTANCE ProcessDefinition"})
FAULTS = {
    "a refused login": Fault(EngineStandin(status=401), "engine-denied", "пароль"),
    "a wrong root": Fault(EngineStandin(status=404), "engine-unreachable", "адрес"),
    "a broken gateway": Fault(EngineStandin(status=502), "engine-unreachable", "адрес"),
    "an old version": Fault(EngineStandin(version="7.9.0"), "engine-version", "обновите"),
    "a clock that is late": Fault(EngineStandin(skew=-600), "engine-clock", "синхронизацию"),
    "a tenant that has nothing": Fault(EngineStandin(tenants=("imenaProd",)), "engine-tenant", "CAMUNDA_TENANT_ID"),
    "tasks closed to us": Fault(
        EngineStandin(denied=frozenset({"external-task/topic-names"})), "engine-rights", "права"
    ),
    "definitions closed to us": Fault(
        EngineStandin(denied=frozenset({"process-definition"})), "engine-rights", "права"
    ),
    "a right missing": Fault(EngineStandin(missing_rights=NO_UPDATES), "engine-rights", "ProcessInstance", LOGIN),
    "incidents": Fault(EngineStandin(counts={"incident": 3}), "engine-incidents", "incidents list"),
    "another worker": Fault(EngineStandin(counts={"locked": 5}), "foreign-worker", "CAMUNDA_TENANT_ID"),
    "many locked tasks": Fault(
        EngineStandin(counts={"locked": INDEX_FROM, "ours": INDEX_FROM}), "engine-index", "CREATE INDEX"
    ),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_a_fault_of_the_engine_is_found_with_its_remedy(tmp_path: Path, fault: Fault) -> None:
    async with engine_standin(fault.engine) as url:
        given = settings(tmp_path, CAMUNDA_BASE_URL=url, **fault.environ)
        found = bad(await examine_engine(given, SystemClock()))
    assert fault.remedy in found[fault.code].remedy, found


async def test_a_sound_engine_has_no_finding_and_says_how_the_index_is_checked(tmp_path: Path) -> None:
    async with engine_standin(EngineStandin()) as url:
        found = await examine_engine(settings(tmp_path, CAMUNDA_BASE_URL=url, **LOGIN), SystemClock())
    assert not bad(found)
    assert any("LOCK_EXP_TIME_" in finding.remedy for finding in found)


async def test_a_right_on_definitions_does_as_well(tmp_path: Path) -> None:
    engine = EngineStandin(missing_rights=frozenset({"UPDATE ProcessInstance", "READ ProcessInstance"}))
    async with engine_standin(engine) as url:
        assert not bad(await examine_engine(settings(tmp_path, CAMUNDA_BASE_URL=url, **LOGIN), SystemClock()))


async def test_a_login_that_a_proxy_checks_is_no_fault(tmp_path: Path) -> None:
    async with engine_standin(EngineStandin(guarded=True)) as url:
        assert not bad(await examine_engine(settings(tmp_path, CAMUNDA_BASE_URL=url, **LOGIN), SystemClock()))


@pytest.mark.engine
async def test_a_real_engine_that_checks_no_login_is_told(tmp_path: Path, engine_server: EngineProcess) -> None:
    given = settings(tmp_path, CAMUNDA_BASE_URL=engine_server.url, CAMUNDA_TENANT_ID="", **LOGIN)
    found = bad(await examine_engine(given, SystemClock()))
    assert "engine-open" in found
    assert not {"engine-rights", "engine-version", "engine-clock", "engine-tenant"} & set(found)


async def test_an_engine_that_is_not_there_is_one_finding(tmp_path: Path) -> None:
    found = await examine_engine(settings(tmp_path, CAMUNDA_BASE_URL=f"{NOBODY}/engine-rest"), SystemClock())
    assert list(bad(found)) == ["engine-unreachable"]
    assert len(found) == 1
