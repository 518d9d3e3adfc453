"""Seeded faults of settings and of the machine: fault → code → remedy."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.ops.doctor import diagnose
from exchanger.ops.doctor.broker import examine_broker
from exchanger.ops.doctor.given import examine_settings
from exchanger.ops.doctor.machine import GIB, examine_place, examine_services
from exchanger.ops.pause import open_switchboard
from exchanger.ops.services.host import Machine, Ran
from tests.ops.doctor_world import PORTAL, around, bad, settings

GOOD_FILE = "CAMUNDA_AUTH_ENABLED=false\nRABBITMQ_URL=amqps://u:p@broker.example/%2Fprod\n"
ENGINE = "https://camunda.example/engine-rest"


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of settings: what is in the files and the environment, the code, a piece of the remedy."""

    code: str
    remedy: str
    prod: str = GOOD_FILE
    dev: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    mode: int = 0o600


def pair(code: str, line: str) -> Fault:
    """The same line in both files."""
    return Fault(code, "разными", f"{line}\n", f"{line}\n")


FAULTS = {
    "a misspelt name": Fault("settings-warning", "config show", GOOD_FILE + "CAMUNDA_BASE_ULR=x\n"),
    "no tenant": Fault("settings-warning", "config show", environ={"CAMUNDA_TENANT_ID": ""}),
    "one engine, one worker and tenant": pair("environments-mixed", f"CAMUNDA_BASE_URL={ENGINE}\nCAMUNDA_TENANT_ID=a"),
    "one vhost": pair("environments-mixed", "RABBITMQ_URL=amqps://u:p@broker.example/%2Fprod"),
    "one portal": pair("environments-mixed", f"BITRIX_WEBHOOK_URL={PORTAL}"),
    "one project": pair(
        "environments-mixed", "OPENPROJECT_API_URL=https://op.example\nOPENPROJECT_DEFAULT_PROJECT_ID=7"
    ),
    "a file that others read": Fault("secrets-exposed", "chmod 600", mode=0o644),
    "a file that others write": Fault("secrets-exposed", "chmod 600", mode=0o620),
    "an unverified certificate": Fault("tls-off", "CA_FILE", environ={"BITRIX_VERIFY_TLS": "false"}),
    "an engine in the clear": Fault(
        "tls-off", "https", environ={"CAMUNDA_BASE_URL": "http://camunda.example/engine-rest"}
    ),
    "a broker in the clear": Fault("tls-off", "RABBITMQ_TLS", environ={"RABBITMQ_URL": "amqp://u:p@broker.example/"}),
    "a portal in the clear": Fault(
        "tls-off", "https", environ={"BITRIX_WEBHOOK_URL": "http://portal.example/rest/1/code1234/"}
    ),
}


def seed(home: Path, fault: Fault) -> dict[str, str]:
    for name, text in (("prod", fault.prod), ("dev", fault.dev)):
        if text:
            (home / f".env.{name}").write_text(text, "utf-8")
            (home / f".env.{name}").chmod(fault.mode)
    return {"CAMUNDA_BASE_URL": ENGINE, **fault.environ}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_of_settings_is_found_with_its_remedy(tmp_path: Path, fault: Fault) -> None:
    given = settings(tmp_path, **seed(tmp_path, fault))
    found = bad(examine_settings(given))
    assert fault.remedy in found[fault.code].remedy


def test_sound_settings_have_no_finding(tmp_path: Path) -> None:
    given = settings(tmp_path, **seed(tmp_path, Fault("", "")))
    assert not bad(examine_settings(given))


async def test_settings_that_cannot_serve_are_findings_and_the_only_section(tmp_path: Path) -> None:
    environ = {"EXCHANGER_HOME": str(tmp_path), "RETRY_ATTEMPTS": "0", "CAMUNDA_BASE_URL": "nonsense"}
    sections = [section async for section in diagnose(environ, tmp_path)]
    assert [section.title for section in sections] == ["Настройки"]
    assert {"RETRY_ATTEMPTS", "CAMUNDA_BASE_URL"} <= {one.what.split("=")[0] for one in sections[0].findings}
    assert set(bad(list(sections[0].findings))) == {"settings-invalid"}


SERVICES = {
    "not installed": ({"LoadState": "not-found", "ActiveState": "inactive"}, "service-absent", "services install prod"),
    "failed": ({"ActiveState": "failed"}, "service-down", "journalctl -u exchanger-"),
    "enabled but stopped": ({"ActiveState": "inactive"}, "service-down", "services start prod"),
    "restarting": ({"NRestarts": "17"}, "service-restarts", "journalctl"),
}


@pytest.mark.parametrize(("said", "code", "remedy"), SERVICES.values(), ids=SERVICES.keys())
def test_a_fault_of_services_is_found_with_its_remedy(
    tmp_path: Path, said: dict[str, str], code: str, remedy: str
) -> None:
    assert remedy in bad(examine_services(settings(tmp_path), around(tmp_path, said)))[code].remedy


def test_a_unit_of_the_predecessor_left_beside_is_found(tmp_path: Path) -> None:
    assert not bad(examine_services(settings(tmp_path), around(tmp_path)))
    (tmp_path / "exchanger-task-creator.service").write_text("[Unit]\n", "utf-8")
    assert "services install" in bad(examine_services(settings(tmp_path), around(tmp_path)))["service-legacy"].remedy


@pytest.mark.parametrize(("free", "worst"), [(GIB // 2, "WARNING"), (GIB // 20, "ERROR")])
def test_little_room_is_a_warning_and_none_an_error(tmp_path: Path, free: int, worst: str) -> None:
    found = bad(examine_place(settings(tmp_path), around(tmp_path, free=free)))
    assert found["disk-low"].severity.name == worst


def test_a_logs_folder_that_is_no_folder_is_found(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("", "utf-8")
    assert "EXCHANGER_LOGS_DIR" in bad(examine_place(settings(tmp_path), around(tmp_path)))["logs-unwritable"].remedy


def test_errors_of_the_last_day_are_told_without_secrets_and_older_ones_are_not(tmp_path: Path) -> None:
    folder, now = tmp_path / "logs" / "prod", datetime.now().astimezone()
    folder.mkdir(parents=True)
    stamps = [now - timedelta(days=3), now - timedelta(hours=2)]
    text = "".join(f"{at:%Y-%m-%d %H:%M:%S.000} | [PROD] | ERROR    | m:f:1 | password=cAnArY99\n" for at in stamps)
    (folder / "task-creator-errors.log").write_text(f"the end of an older trace\n{text}", "utf-8")
    found = bad(examine_place(settings(tmp_path), around(tmp_path)))["log-errors"]
    assert "за сутки: 1;" in found.what
    assert "cAnArY99" not in found.what


class NoSystemd:
    is_root = False

    def run(self, *_command: str) -> Ran:
        raise ConfigError("systemd здесь не работает.")

    def attach(self, *_command: str) -> int:
        raise ConfigError("systemd здесь не работает.")


def test_a_machine_without_systemd_is_no_fault(tmp_path: Path) -> None:
    surroundings = around(tmp_path)
    without = type(surroundings)(Machine(NoSystemd(), tmp_path), surroundings.free)
    assert not bad(examine_services(settings(tmp_path), without))


async def test_a_paused_system_is_told_without_a_broker_too(tmp_path: Path) -> None:
    given = settings(tmp_path)
    assert set(bad(await examine_broker(given))) == {"broker-none"}
    async with open_switchboard(given) as board:
        await board.pause("bitrix24", "наладка", everything=True)
    assert set(bad(await examine_broker(given))) == {"broker-none", "system-paused"}
