"""`exchanger processes export`: обзор процессов в файл."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exchanger.cli.asking import perform
from exchanger.domain.variables import JsonValue
from exchanger.ops.processes import open_processes
from exchanger.ops.processes_export import MOST, gathered, write
from exchanger.settings import load_settings

Output = Annotated[Path, typer.Option("--output", "-o", metavar="ФАЙЛ", help="Куда записать.")]


def export(*, output: Output) -> None:
    """Записать определения, нагрузку, экземпляры и внешние задачи в файл JSON; переменных в нём нет.

    Пример: exchanger processes export -o processes.json
    """
    found = perform(_gathered())
    write(output, found)
    typer.echo(f"Записано в {output} (экземпляров и задач — не больше {MOST}).")


async def _gathered() -> dict[str, JsonValue]:
    settings = load_settings()
    async with open_processes(settings) as processes:
        return await gathered(processes, settings.engine.tenant_id)
