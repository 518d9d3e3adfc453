"""`exchanger diag`: сведения для разбора случая одним файлом."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from exchanger.ops.diag import sheets, write_bundle


def diag(
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE.zip", help="Куда записать; без ключа — сюда.")
    ] = None,
) -> None:
    """Собрать настройки, версии, топологию, здоровье, ошибки журналов и самопроверку в архив без тайн.

    Архив отдают тому, кто разбирает случай. Пример: exchanger diag -o /tmp/exchanger.zip
    """
    path = output or Path(f"exchanger-diag-{datetime.now().astimezone():%Y%m%d-%H%M%S}.zip")
    names = asyncio.run(write_bundle(path, sheets()))
    typer.echo(f"{path}: {', '.join(names)}")
