"""`exchanger cache`: узнанное у систем."""

from __future__ import annotations

from typing import Annotated

import typer

from exchanger.cli.asking import Reason, perform, required, say
from exchanger.ops.pause import open_switchboard
from exchanger.settings import load_settings

app = typer.Typer(help="Узнанное у систем: люди, поля, диаграммы, календарь.", no_args_is_help=True)


@app.callback()
def cache() -> None:
    """Узнанное у систем лежит в памяти действующей вахты; на диске и в брокере его нет."""


@app.command()
def clear(
    system: Annotated[str | None, typer.Argument(metavar="[СИСТЕМА]", help="Система; без неё — все.")] = None,
    *,
    reason: Reason = "",
) -> None:
    """Забыть узнанное у системы: следующее обращение спросит её заново. Перезапускать службы не нужно.

    Пример: exchanger cache clear bitrix24 --reason "на портале завели поле"
    """
    told = perform(_clear(system, required(reason)))
    say(f"Приказ отдан: {', '.join(told)}. Действующая вахта исполнит его за секунды.")


async def _clear(system: str | None, reason: str) -> list[str]:
    settings = load_settings()
    named = list(settings.installation.systems) if system is None else [system]
    async with open_switchboard(settings) as board:
        for each in named:
            await board.forget(each, reason)
    return named
