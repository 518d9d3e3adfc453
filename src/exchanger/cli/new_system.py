"""`exchanger new-system`: скелет своей системы."""

from pathlib import Path
from typing import Annotated

import typer

from exchanger.ops.kit import write_system


def new_system(
    name: Annotated[str, typer.Argument(help="Имя: строчные латинские буквы, цифры, дефис.", metavar="NAME")],
    to: Annotated[Path, typer.Option("--to", help="В каком каталоге создать папку.")] = Path(),
) -> None:
    """Записать работающий скелет системы: работа, вызов, стенд, набор проверок, карточка качества, страница.

    Пример: exchanger new-system billing --to ~/systems
    """
    for path in write_system(name, to):
        typer.echo(path)
    typer.echo(f"\nДальше: cd {to / name} && pip install -e . && pytest; затем EXCHANGER_SYSTEMS=...,{name}")
