"""`exchanger queues`: очереди брокера."""

from __future__ import annotations

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from exchanger.cli.asking import AsJson, perform
from exchanger.cli.queues_content import export, peek, purge, read
from exchanger.ops.queues import QueueLine, look
from exchanger.settings import load_settings

app = typer.Typer(
    help="Очереди RabbitMQ: сколько ждёт, кто потребляет; посмотреть, сохранить, убрать содержимое.",
    invoke_without_command=True,
)
app.command()(peek)
app.command()(export)
app.command()(purge)
app.command(hidden=True)(read)

_REMARKS = 1

Stats = Annotated[bool, typer.Option("--stats", help="Только итоги.")]


@app.callback()
def queues(context: typer.Context, *, stats: Stats = False, as_json: AsJson = False) -> None:
    """Показать очереди установки; с замечаниями — выход 1. Пример: exchanger queues --json"""
    if context.invoked_subcommand is None:
        _show(stats=stats, as_json=as_json)


@app.command(name="list")
def list_(*, stats: Stats = False, as_json: AsJson = False) -> None:
    """Показать каждую очередь топологии: сообщений, потребителей, замечание. С замечаниями — выход 1.

    Пример: exchanger queues list --stats
    """
    _show(stats=stats, as_json=as_json)


def _show(*, stats: bool, as_json: bool) -> None:
    found = perform(look(load_settings()))
    remarks = [line for line in found if line.remark]
    if as_json:
        for line in found:
            typer.echo(json.dumps(_fields(line), ensure_ascii=False))
    else:
        if not stats:
            Console().print(_table(found))
        total = sum(line.messages or 0 for line in found)
        typer.echo(f"Очередей: {len(found)}, сообщений: {total}, с замечаниями: {len(remarks)}.")
    if remarks:
        raise typer.Exit(_REMARKS)


def _table(found: list[QueueLine]) -> Table:
    table = Table("очередь", "сообщений", "потребителей", "замечание")
    for line in found:
        table.add_row(line.name, _number(line.messages), _number(line.consumers), line.remark)
    return table


def _number(count: int | None) -> str:
    return "—" if count is None else str(count)


def _fields(line: QueueLine) -> dict[str, str | int | None]:
    return {
        "queue": line.name,
        "messages": line.messages,
        "consumers": line.consumers,
        "remark": line.remark,
    }
