"""The units: what they promise to systemd, and that systemd understands them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.ops.services.unit import Environment, Place, Unit, Which, render, units_of
from exchanger.testing.unit_run import parse_unit
from exchanger.wiring import Service

UNITS = units_of(Which.ALL)
_EXPOSURE = re.compile(r"Overall exposure level for \S+: ([\d.]+)")
LEAST_EXPOSED = 2.0
# Directives of systemd 254 and newer, which an older one passes by with a warning.
NEWER = ("RestartSteps", "RestartMaxDelaySec")


def test_the_names_are_those_that_operators_know() -> None:
    assert [unit.name for unit in UNITS] == [
        "exchanger-camunda-worker-prod",
        "exchanger-task-creator-prod",
        "exchanger-camunda-sync-prod",
        "exchanger-console-prod",
        "exchanger-camunda-worker-dev",
        "exchanger-task-creator-dev",
        "exchanger-camunda-sync-dev",
        "exchanger-console-dev",
    ]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_tells_systemd_when_it_is_ready_alive_and_how_to_bring_it_back(unit: Unit, place: Place) -> None:
    sections = parse_unit(render(unit, place))
    service = sections["Service"]

    assert service["Type"] == ["notify"]
    assert int(service["WatchdogSec"][0]) >= 30
    assert service["Restart"] == ["on-failure"]
    assert int(service["RestartSec"][0]) < int(service["RestartMaxDelaySec"][0])
    assert int(service["RestartSteps"][0]) > 1
    assert sections["Unit"]["StartLimitIntervalSec"] == ["0"]
    assert sections["Unit"]["After"] == sections["Unit"]["Wants"] == ["network-online.target"]
    assert service["ExecStart"] == [f"/opt/exchanger/.venv/bin/exchanger run {unit.service}"]
    assert f"EXCHANGER_ENV={unit.environment}" in service["Environment"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_shut_in(unit: Unit, place: Place) -> None:
    service = parse_unit(render(unit, place))["Service"]

    wanted = {
        "DynamicUser": "yes", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "",
        "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateDevices": "yes", "PrivateUsers": "yes",
        "ProtectProc": "invisible", "MemoryDenyWriteExecute": "yes", "UMask": "0077",
        "SystemCallArchitectures": "native", "RestrictNamespaces": "yes",
    }  # fmt: skip
    assert {name: service[name][-1] for name in wanted} == wanted
    assert service["SystemCallFilter"][0] == "@system-service"
    assert all(line.startswith("~") for line in service["SystemCallFilter"][1:])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_itself_understands_a_unit_and_finds_it_hardly_exposed(
    unit: Unit, place: Place, tmp_path: Path
) -> None:
    # Given a program that exists: systemd looks for it
    file = tmp_path / unit.file
    file.write_text(render(unit, Place(place.home, Path("/bin/true"))), "utf-8")
    text = file.read_text("utf-8")
    # Where the tool is not to be had, at least what it would complain of first
    assert set(parse_unit(text)) == {"Unit", "Service", "Install"}
    assert not re.search(r"\$\w", text)
    if shutil.which("systemd-analyze") is None:
        return

    verified = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    security = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(file)]
    judged = subprocess.run(security, capture_output=True, text=True, check=False)

    complaints = [line for line in verified.stderr.splitlines() if not any(name in line for name in NEWER)]
    assert verified.returncode == 0, verified.stderr
    assert not [line for line in complaints if file.name in line]
    exposure = _EXPOSURE.search(judged.stdout)
    assert exposure is not None, judged.stdout + judged.stderr
    assert float(exposure[1]) < LEAST_EXPOSED


def test_the_settings_and_each_secret_that_has_a_file_reach_the_service_as_credentials(place: Place) -> None:
    secrets = place.secrets(Environment.PROD)
    secrets.mkdir(parents=True)
    (secrets / "RABBITMQ_PASSWORD").write_text("s3cret", "utf-8")
    (secrets / "CAMUNDA_BASE_URL").write_text("no secret at all", "utf-8")

    text = render(Unit(Service.TASK_CREATOR, Environment.PROD), place)

    assert parse_unit(text)["Service"]["LoadCredential"] == [
        f".env.prod:{place.home}/.env.prod",
        f"RABBITMQ_PASSWORD:{secrets}/RABBITMQ_PASSWORD",
    ]
    assert "s3cret" not in text


@pytest.mark.parametrize("name", ["with space", "50%", 'quo"te', "co:lon"])
def test_a_path_that_systemd_would_read_otherwise_is_refused(name: str, place: Place) -> None:
    with pytest.raises(ConfigError, match="systemd понял бы его иначе"):
        render(UNITS[0], Place(place.home, Path("/opt") / name / "exchanger"))
