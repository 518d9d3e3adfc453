"""`exchanger services`: службы systemd."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

import exchanger
from exchanger.cli.asking import AsJson, DryRun, Yes, confirm
from exchanger.ops.services.audit import recorded
from exchanger.ops.services.control import Order, carry_out
from exchanger.ops.services.host import LocalHost, Machine
from exchanger.ops.services.install import install as install_units
from exchanger.ops.services.install import texts
from exchanger.ops.services.install import uninstall as uninstall_units
from exchanger.ops.services.status import Standing, leftovers, standings
from exchanger.ops.services.unit import Place, Which, units_of

app = typer.Typer(help="Службы systemd: поставить, запустить, остановить, посмотреть.", no_args_is_help=True)

_TROUBLE = 1
_SUMMARY = "summary"

Chosen = Annotated[Which, typer.Argument(metavar="[prod|dev|all]", help="Какой среды.")]
Why = Annotated[str, typer.Option("--reason", help="Почему: попадёт в запись действий (audit.jsonl).")]


@app.command()
def install(
    which: Chosen = Which.ALL,
    *,
    dry_run: DryRun = False,
    start: Annotated[bool, typer.Option("--start/--no-start", help="Запустить ли prod сразу.")] = True,
    reason: Why = "",
) -> None:
    """Поставить юниты, убрать юниты прежней системы; prod включить и запустить, dev запускают руками.

    Настройки — `.env.prod` и `.env.dev` из EXCHANGER_HOME. Пример: exchanger services install prod --dry-run
    """
    place = _place()
    if dry_run:
        for unit, text in texts(which, place):
            typer.echo(f"# {unit.file}\n{text}")
        return
    machine = _rooted("install", which)
    with recorded("install", which, reason, os.environ, _home()):
        install_units(which, place, machine, typer.echo, start=start)
    _print(standings(which, machine))


@app.command()
def start(which: Chosen = Which.PROD, *, reason: Why = "") -> None:
    """Запустить службы. Пример: exchanger services start dev"""
    _recorded(Order.START, which, reason, lambda machine: carry_out(Order.START, which, machine, typer.echo))


@app.command()
def stop(which: Chosen = Which.PROD, *, reason: Why = "") -> None:
    """Остановить службы: начатое доводится до конца, задачи ждут. Пример: exchanger services stop prod"""
    _recorded(Order.STOP, which, reason, lambda machine: carry_out(Order.STOP, which, machine, typer.echo))


@app.command()
def restart(which: Chosen = Which.PROD, *, reason: Why = "") -> None:
    """Перезапустить службы, перечитав настройки. Пример: exchanger services restart prod"""
    _recorded(Order.RESTART, which, reason, lambda machine: carry_out(Order.RESTART, which, machine, typer.echo))


@app.command()
def uninstall(which: Chosen = Which.ALL, *, reason: Why = "", yes: Yes = False) -> None:
    """Остановить службы и убрать их юниты; журналы, состояние, настройки и тайны остаются.

    Пример: exchanger services uninstall dev --reason "среда больше не нужна"
    """
    machine = _rooted("uninstall", which)
    confirm(f"Убрать {', '.join(unit.name for unit in units_of(which))}?", yes=yes)
    with recorded("uninstall", which, reason, os.environ, _home()):
        uninstall_units(which, machine, typer.echo)


@app.command()
def status(
    which: Annotated[str, typer.Argument(metavar="[prod|dev|all|summary]", help="Какой среды; summary — таблица.")] = (
        Which.ALL
    ),
    *,
    as_json: AsJson = False,
) -> None:
    """Показать состояние служб; включённая служба не работает — выход 1. Пример: exchanger services status summary"""
    known = [*Which, _SUMMARY]
    if which not in known:
        raise typer.BadParameter(f"нужно {', '.join(known)}", param_hint="which")
    machine = _machine()
    found = standings(Which.ALL if which == _SUMMARY else Which(which), machine)
    if as_json:
        for standing in found:
            typer.echo(json.dumps(_fields(standing), ensure_ascii=False))
    else:
        _print(found)
        if which != _SUMMARY:
            _details(found)
    for name in leftovers(machine):
        typer.echo(f"{name}: юнит прежней системы ещё на месте; уберёт его exchanger services install", err=True)
    if not all(standing.is_fine for standing in found):
        raise typer.Exit(_TROUBLE)


@app.command()
def logs(
    which: Chosen = Which.PROD,
    *,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="Сколько последних строк.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Показывать новые по мере появления.")] = False,
    since: Annotated[
        str, typer.Option("--since", help="Не старше, как у journalctl: «1 hour ago», «2026-03-12».")
    ] = "",
) -> None:
    """Показать журнал служб (journalctl). Пример: exchanger services logs prod -n 500 > journal.txt"""
    chosen = [f"--unit={unit.file}" for unit in units_of(which)]
    asked = [f"--lines={lines}", *(["--follow"] if follow else []), *([f"--since={since}"] if since else [])]
    code = _machine().host.attach("journalctl", "--no-pager", *chosen, *asked)
    if code:
        raise typer.Exit(code)


def _recorded(order: Order, which: Which, reason: str, act: Callable[[Machine], None]) -> None:
    machine = _rooted(order.value, which)
    with recorded(order.value, which, reason, os.environ, _home()):
        act(machine)


def _machine() -> Machine:
    return Machine(LocalHost())


def _rooted(action: str, which: Which) -> Machine:
    machine = _machine()
    machine.require_root(f"EXCHANGER_HOME={_home()} {_program()} services {action} {which}")
    return machine


def _home() -> Path:
    return Path(os.environ.get("EXCHANGER_HOME", "").strip() or Path.cwd()).absolute()


def _program() -> Path:
    return Path(sys.executable).with_name("exchanger")


def _place() -> Place:
    return Place(_home(), _program(), (Path(sys.executable), Path(exchanger.__file__)))


def _print(found: list[Standing]) -> None:
    table = Table("служба", "состояние", "автозапуск", "с какого времени", "перезапусков")
    for each in found:
        table.add_row(
            each.unit.name,
            each.state_said,
            "да" if each.enabled else "нет",
            each.since or "—",
            str(each.restarts),
        )
    Console().print(table)


def _details(found: list[Standing]) -> None:
    for each in found:
        if each.said:
            typer.echo(f"{each.unit.name}: {each.said}")


def _fields(each: Standing) -> dict[str, str | int | bool]:
    return {
        "name": each.unit.name,
        "installed": each.loaded,
        "state": each.state,
        "enabled": each.enabled,
        "since": each.since,
        "restarts": each.restarts,
        "said": each.said,
        "fine": each.is_fine,
    }
