"""`exchanger services` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from exchanger.cli import app, services
from exchanger.domain.errors import ConfigError
from exchanger.ops.services.host import Machine, Ran
from tests.services.machine import FakeHost


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: Machine) -> Path:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    monkeypatch.setenv("EXCHANGER_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("EXCHANGER_LOGS_DIR", raising=False)
    monkeypatch.setattr(services, "_machine", lambda: machine)
    return home


def typed(*words: str, answer: str = "") -> Result:
    return CliRunner().invoke(app, ["services", *words], input=answer)


def audit(home: Path, environment: str) -> list[dict[str, Any]]:
    file = home / "logs" / environment / "audit.jsonl"
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()] if file.exists() else []


def test_without_root_the_whole_command_for_sudo_is_said(home: Path, host: FakeHost) -> None:
    host.is_root = False

    refused = typed("restart", "dev")

    assert isinstance(refused.exception, ConfigError)
    said = str(refused.exception)
    assert f"sudo EXCHANGER_HOME={home} " in said
    assert said.rstrip(".").endswith("services restart dev")
    assert not host.calls


@pytest.mark.parametrize("order", ["start", "stop", "restart"])
def test_an_order_without_an_environment_is_for_prod(order: str, home: Path, host: FakeHost) -> None:
    assert typed(order).exit_code == 0

    assert host.calls == [
        f"systemctl {order} exchanger-camunda-worker-prod.service",
        f"systemctl {order} exchanger-task-creator-prod.service",
        f"systemctl {order} exchanger-camunda-sync-prod.service",
        f"systemctl {order} exchanger-console-prod.service",
    ]


def test_a_stop_is_written_down_with_its_reason_even_when_it_fails(home: Path, host: FakeHost) -> None:
    host.answer = lambda call: Ran(1, "no such unit") if "worker" in call else Ran(0)

    failed = typed("stop", "all", "--reason", "переезд")

    assert "не остановлена: no such unit" in failed.output
    assert isinstance(failed.exception, ConfigError)
    assert len(host.calls) == 8  # the failure of one keeps nobody else from stopping
    for environment in ("prod", "dev"):
        intent, result = audit(home, environment)
        assert intent["what"] == "services stop"
        assert intent["reason"] == "переезд"
        assert f"exchanger-task-creator-{environment}" in intent["target"]
        assert result["result"].startswith("не сделано")


@pytest.mark.parametrize("order", ["install", "start", "restart", "uninstall"])
def test_each_order_leaves_its_line_with_the_reason(
    order: str, home: Path, host: FakeHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "install_units", lambda *_, **__: None)  # the interpreter of tests may lie in /home

    done = typed(order, "dev", "--reason", "обновление", *(["--yes"] if order == "uninstall" else []))

    intent, result = audit(home, "dev")
    assert (intent["what"], intent["reason"]) == (f"services {order}", "обновление")
    assert result["result"] == "сделано", done.output
    assert audit(home, "prod") == []


def test_a_dry_run_prints_the_units_and_touches_nothing(home: Path, host: FakeHost, machine: Machine) -> None:
    host.is_root = False

    shown = typed("install", "prod", "--dry-run")

    assert shown.exit_code == 0, shown.output
    assert shown.output.count("Type=notify") == 4
    assert not host.calls
    assert not list(machine.units.iterdir())


def test_uninstalling_asks_first(home: Path, host: FakeHost) -> None:
    assert typed("uninstall", "prod", answer="n\n").exit_code == 1
    assert not host.calls


SHOWN = """\
LoadState=loaded
ActiveState={state}
SubState=running
UnitFileState={enabled}
StatusText=не работает: движок не отвечает
NRestarts=3
StateChangeTimestamp=Thu 2026-03-12 10:00:00 MSK"""


def test_the_summary_is_a_table_of_all_services_and_a_dead_enabled_one_is_exit_1(home: Path, host: FakeHost) -> None:
    host.answer = lambda call: Ran(
        0, SHOWN.format(state="failed" if "creator" in call else "active", enabled="enabled")
    )

    shown = typed("status", "summary")

    assert shown.exit_code == 1
    assert shown.output.count("упала") == 2
    assert shown.output.count("работает") == 6
    assert "2026-03-12" in shown.output
    assert "движок не отвечает" not in shown.output


def test_status_shows_what_a_service_says_of_itself(home: Path, host: FakeHost) -> None:
    host.answer = lambda _: Ran(0, SHOWN.format(state="active", enabled="disabled"))

    shown = typed("status", "dev")

    assert shown.exit_code == 0
    assert shown.output.count("движок не отвечает") == 4
    assert "-prod" not in shown.output


def test_status_as_json_and_of_services_that_are_not_there(home: Path, host: FakeHost) -> None:
    host.answer = lambda _: Ran(0, "LoadState=not-found\nActiveState=inactive\nUnitFileState=")

    shown = typed("status", "--json")

    lines = [json.loads(line) for line in shown.output.splitlines()]
    assert shown.exit_code == 0
    assert [line["installed"] for line in lines] == [False] * 8


def test_a_unit_of_the_predecessor_that_is_still_there_is_named(home: Path, host: FakeHost, machine: Machine) -> None:
    (machine.units / "exchanger-task-creator.service").write_text("[Service]\n", "utf-8")

    assert "exchanger-task-creator: юнит прежней системы" in typed("status", "summary").output


def test_the_log_of_the_services_is_journalctls(home: Path, host: FakeHost) -> None:
    assert typed("logs", "dev", "-n", "5", "--follow").exit_code == 0

    services = ("camunda-worker", "task-creator", "camunda-sync", "console")
    units = " ".join(f"--unit=exchanger-{service}-dev.service" for service in services)
    assert host.calls == [f"journalctl --no-pager {units} --lines=5 --follow"]
