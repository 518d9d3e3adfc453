"""Командная строка `exchanger`."""

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from exchanger.cli import cache, config, dlq, incidents, processes, queues, services, sync, systems, templates, topology
from exchanger.cli.demo import demo
from exchanger.cli.diag import diag
from exchanger.cli.doctor import doctor
from exchanger.cli.handover import handover
from exchanger.cli.new_system import new_system
from exchanger.cli.pause import pause, paused, resume
from exchanger.cli.preview import preview
from exchanger.cli.reconcile import reconcile
from exchanger.cli.record import record, replay
from exchanger.cli.rehearse import rehearse
from exchanger.cli.run import run
from exchanger.cli.shadow import shadow
from exchanger.cli.status import status
from exchanger.cli.takeover import takeover
from exchanger.cli.tap import tap
from exchanger.cli.trace import trace
from exchanger.cli.unlock import retry, unlock
from exchanger.cli.wording import in_russian
from exchanger.cli.worker import worker
from exchanger.domain.errors import ExchangerError
from exchanger.telemetry.log import log
from exchanger.telemetry.redact import redact

_EXPECTED = 2  # exit code of an error that says what to do
_UNEXPECTED = 1

app = typer.Typer(
    name="exchanger",
    help="Связь движка процессов (Camunda 7, Operaton) с Bitrix24 и другими системами через RabbitMQ.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # its frames print values of local variables, which hold credentials
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(run)
app.command()(demo)
app.command()(doctor)
app.command()(diag)
app.command()(status)
app.command()(tap)
app.command()(unlock)
app.command()(retry)
app.command()(pause)
app.command()(resume)
app.command()(paused)
app.command()(reconcile)
app.command()(record)
app.command()(replay)
app.command()(rehearse)
app.command()(preview)
app.command()(shadow)
app.command()(takeover)
app.command()(handover)
app.command()(worker)
app.command()(trace)
app.add_typer(config.app, name="config")
app.add_typer(cache.app, name="cache")
app.add_typer(templates.app, name="templates")
app.add_typer(systems.app, name="systems")
app.command()(new_system)
app.add_typer(dlq.app, name="dlq")
app.add_typer(incidents.app, name="incidents")
app.add_typer(topology.app, name="topology")
app.add_typer(sync.app, name="sync")
app.add_typer(services.app, name="services")
app.add_typer(queues.app, name="queues")
app.add_typer(processes.app, name="processes")


def _print_version(value: bool) -> None:  # noqa: FBT001 - the shape of a typer callback
    if value:
        typer.echo(version("exchanger"))
        raise typer.Exit


@app.callback()
def root(
    *,
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Показать версию и выйти.")
    ] = False,
) -> None:
    """Общие ключи всех команд."""


in_russian(app)


def main(*arguments: str) -> None:
    """Выполнить команду (`arguments` или командную строку).

    Ожидаемая ошибка — понятный текст и выход 2, неожиданная — вычищенная запись и выход 1.
    """
    try:
        app(arguments or None)
    except ExchangerError as error:
        typer.echo(redact(str(error)), err=True)
        sys.exit(_EXPECTED)
    except Exception as error:  # noqa: BLE001 - the outermost boundary: Python itself would print the text unredacted
        log.opt(exception=error).critical("Неожиданная ошибка: команда прервана")
        sys.exit(_UNEXPECTED)
