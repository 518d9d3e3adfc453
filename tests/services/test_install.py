"""Installing: what lands where, what is asked of systemd, and what becomes of the predecessor's units."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from exchanger.domain.errors import ConfigError
from exchanger.ops.services.host import Machine, Ran
from exchanger.ops.services.install import install, uninstall
from exchanger.ops.services.unit import MARK, Environment, Place, Which
from tests.services.machine import FakeHost

OLD = "[Service]\nType=simple\nExecStart=/opt/exchanger.py/venv/bin/python -u task-creator/main.py\n"
WORKER, CREATOR = "exchanger-camunda-worker-prod.service", "exchanger-task-creator-prod.service"
SYNC = "exchanger-camunda-sync-prod.service"
CONSOLE = "exchanger-console-prod.service"


def test_prod_is_enabled_and_started_and_dev_only_written(machine: Machine, host: FakeHost, place: Place) -> None:
    told: list[str] = []

    install(Which.ALL, place, machine, told.append)

    assert sorted(file.name for file in machine.units.iterdir()) == [
        "exchanger-camunda-sync-dev.service",
        SYNC,
        "exchanger-camunda-worker-dev.service",
        WORKER,
        "exchanger-console-dev.service",
        CONSOLE,
        "exchanger-task-creator-dev.service",
        CREATOR,
    ]
    assert host.calls == [
        "systemctl daemon-reload",
        f"systemctl enable {WORKER}",
        f"systemctl restart {WORKER}",
        f"systemctl enable {CREATOR}",
        f"systemctl restart {CREATOR}",
        f"systemctl enable {SYNC}",
        f"systemctl restart {SYNC}",
        f"systemctl enable {CONSOLE}",
        f"systemctl restart {CONSOLE}",
    ]
    assert any("task-creator-dev: не запустится, пока нет" in line for line in told)
    assert (place.secrets(Environment.PROD).stat().st_mode & 0o777) == 0o700


def test_without_a_start_prod_is_only_enabled(machine: Machine, host: FakeHost, place: Place) -> None:
    install(Which.PROD, place, machine, lambda _: None, start=False)

    assert [call for call in host.calls if "restart" in call or " start" in call] == []
    assert f"systemctl enable {CREATOR}" in host.calls


def test_the_predecessors_units_are_stopped_before_ours_start_and_kept_beside(
    machine: Machine, host: FakeHost, place: Place
) -> None:
    # Given both of the predecessor's forms
    for name in ("exchanger-task-creator.service", CREATOR):
        (machine.units / name).write_text(OLD, "utf-8")
    told: list[str] = []

    install(Which.PROD, place, machine, told.append)

    started = host.calls.index(f"systemctl restart {CREATOR}")
    assert host.calls.index("systemctl disable --now exchanger-task-creator.service") < started
    assert host.calls.index(f"systemctl stop {CREATOR}") < started
    assert not (machine.units / "exchanger-task-creator.service").exists()
    assert (machine.units / f"{CREATOR}.replaced").read_text("utf-8") == OLD
    assert (machine.units / CREATOR).read_text("utf-8").startswith(MARK)
    assert sum("прежней системы" in line for line in told) == 2


def test_installing_again_stops_nobody_and_leaves_no_copies(machine: Machine, host: FakeHost, place: Place) -> None:
    install(Which.PROD, place, machine, lambda _: None)
    host.calls.clear()

    install(Which.PROD, place, machine, lambda _: None)

    assert not [call for call in host.calls if " stop " in call or "disable" in call]
    assert len(list(machine.units.iterdir())) == 4


def test_without_settings_nothing_is_touched(machine: Machine, host: FakeHost, place: Place) -> None:
    (place.home / ".env.prod").unlink()

    with pytest.raises(ConfigError, match=r"\.env\.prod"):
        install(Which.ALL, place, machine, lambda _: None)

    assert not list(machine.units.iterdir())
    assert not host.calls


@pytest.mark.parametrize("home", ["root", "home/ivan"])
def test_a_program_in_a_folder_that_services_cannot_see_is_refused(
    home: str, machine: Machine, host: FakeHost, place: Place
) -> None:
    where = f"/{home}/bin/exchanger"
    with pytest.raises(ConfigError, match="/opt"):
        install(Which.PROD, replace(place, program=Path(where)), machine, lambda _: None)
    with pytest.raises(ConfigError, match="/opt"):
        install(Which.PROD, replace(place, code=(Path(where),)), machine, lambda _: None)

    assert not host.calls


def test_a_service_that_does_not_start_is_an_error_with_systemds_words(
    machine: Machine, host: FakeHost, place: Place
) -> None:
    host.answer = lambda call: Ran(1, "Job failed") if "restart" in call else Ran(0)

    with pytest.raises(ConfigError, match="Job failed"):
        install(Which.PROD, place, machine, lambda _: None)


def test_uninstalling_stops_and_removes_only_what_was_named(machine: Machine, host: FakeHost, place: Place) -> None:
    install(Which.ALL, place, machine, lambda _: None)
    host.calls.clear()

    uninstall(Which.DEV, machine, lambda _: None)

    assert host.calls[0] == "systemctl disable --now exchanger-camunda-worker-dev.service"
    assert host.calls[-1] == "systemctl daemon-reload"
    assert sorted(file.name for file in machine.units.iterdir()) == [SYNC, WORKER, CONSOLE, CREATOR]
    assert (place.home / ".env.prod").exists()
