"""`exchanger templates`: шаблоны элементов для Camunda Modeler."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from exchanger.connect.template import Form
from exchanger.ops.templates import State, Template, compared, of_modules, shipped, write

app = typer.Typer(help="Шаблоны элементов для Camunda Modeler.", no_args_is_help=True)

_DIFFERS = 1

Modules = Annotated[
    list[str] | None, typer.Option("--module", "-m", help="Свой модуль с функциями вместо встроенных операций.")
]
Directory = Annotated[Path, typer.Option("--output", "-o", metavar="КАТАЛОГ", help="Каталог шаблонов.")]

_USUAL = Path("element-templates")


@app.command()
def build(*, output: Directory = _USUAL, module: Modules = None) -> None:
    """Записать шаблоны; изменившийся получает следующую версию, прежние диаграммы Modeler предложит обновить.

    Каталог Modeler: `resources/element-templates` рядом с диаграммами или в его настройках.
    Пример: exchanger templates build -o resources/element-templates
    """
    found = compared(_forms(module), output)
    write(found, output)
    for each in found:
        typer.echo(_line(each))


@app.command()
def check(*, output: Directory = _USUAL, module: Modules = None) -> None:
    """Сравнить шаблоны каталога с операциями. Выход: 0 — те же, 1 — отличаются.

    Пример: exchanger templates check -o resources/element-templates
    """
    other = [each for each in compared(_forms(module), output) if each.state is not State.SAME]
    for each in other:
        typer.echo(_line(each))
    if other:
        typer.echo(f"Что делать: exchanger templates build -o {output}")
        raise typer.Exit(_DIFFERS)
    typer.echo("Шаблоны те же.")


def _forms(modules: list[str] | None) -> list[Form]:
    return of_modules(modules, Path.cwd()) if modules else shipped()


def _line(each: Template) -> str:
    version = f" (версия {each.version})" if each.version else ""
    return f"{each.path.name}: {each.state.value}{version}"
