"""`exchanger rehearse`: сыграть процесс на настоящем движке до того, как от него станут зависеть."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from exchanger.cli.asking import perform
from exchanger.domain.errors import ConfigError
from exchanger.domain.variables import PlainValue
from exchanger.ops.rehearsal import (
    Begin,
    Limits,
    Prepared,
    Rehearsed,
    Scenario,
    open_rehearsal,
    prepare,
    read_scenarios,
)
from exchanger.ops.rehearsal.as_files import as_json, as_junit
from exchanger.ops.rehearsal.as_page import as_page
from exchanger.ops.rehearsal.as_text import show
from exchanger.ops.rehearsal.house import open_house
from exchanger.storm.atomic import write_whole
from exchanger.telemetry.clock import SystemClock

_FAILED = 1
_WIDTH = 160


class Format(StrEnum):
    """Вид итога."""

    TEXT = "text"
    JSON = "json"
    JUNIT = "junit"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class _Wanted:
    begin: Begin
    explored: bool
    limits: Limits
    scenarios: Sequence[Scenario]


def rehearse(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="BPMN: выгрузка StormBPMN или готовый процесс.")],
    *,
    scenario: Annotated[
        Path | None, typer.Option(help="Файл сценариев: написанные ответы и ожидаемый путь.", show_default=False)
    ] = None,
    explore: Annotated[bool, typer.Option("--explore", help="Перебрать ответы, которые различают шлюзы.")] = False,
    more: Annotated[
        list[Path] | None, typer.Option("--with", help="Файл вызываемого процесса; можно несколько.")
    ] = None,
    process: Annotated[str, typer.Option(help="Ключ процесса; без него — все процессы файла.")] = "",
    variables: Annotated[
        list[str] | None,
        typer.Option(
            "--var", metavar="ИМЯ=ЗНАЧЕНИЕ", help="Переменная запуска; значение — JSON или текст. Не со сценарием."
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help="camunda или operaton.")] = "camunda",
    outside: Annotated[
        bool, typer.Option("--outside/--no-outside", help="Перебор сам посылает сообщения, которых ждёт процесс.")
    ] = True,
    plays: Annotated[int, typer.Option(min=1, help="Предел перебора: проигрышей одного процесса.")] = 100,
    steps: Annotated[int, typer.Option(min=1, help="Предел перебора: ходов в проигрыше.")] = 100,
    seconds: Annotated[float, typer.Option(min=1, help="Предел перебора: секунд на процесс.")] = 120,
    form: Annotated[Format, typer.Option("--format", help="Вид итога.")] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Куда записать; без ключа — на экран.", show_default=False)
    ] = None,
) -> None:
    """Сыграть процесс на встроенном движке: какие будут задачи, куда ведут ответы, где процесс встанет.

    Без ключей — один проигрыш обычными ответами. Выход: 0 — удалась, 1 — нет.
    Пример: exchanger rehearse p.bpmn --explore
    """
    if explore and scenario is not None:
        raise typer.BadParameter("нужно одно: --explore или --scenario", param_hint="--explore")
    written = read_scenarios(scenario) if scenario is not None else None
    folder = scenario.parent if scenario is not None else Path()
    prepared = prepare(file, [*(more or ()), *(folder / name for name in (written.files if written else ()))])
    if process and process not in prepared.charts:
        raise ConfigError(f"Процесса {process} в файле нет.", remedy=f"есть: {', '.join(prepared.charts)}.")
    limits = Limits(plays, steps, seconds, outside)
    wanted = _Wanted(Begin(process, _variables(variables or [])), explore, limits, written.scenarios if written else ())
    report = perform(_rehearse(prepared, wanted, engine))
    _deliver(_written(report, prepared, form), output)
    if not report.ok:
        raise typer.Exit(_FAILED)


def _variables(given: Sequence[str]) -> dict[str, PlainValue]:
    found: dict[str, PlainValue] = {}
    for pair in given:
        name, sign, text = pair.partition("=")
        if not sign or not name:
            raise typer.BadParameter(f"«{pair}»: нужно ИМЯ=ЗНАЧЕНИЕ", param_hint="--var")
        try:
            found[name] = json.loads(text)
        except ValueError:
            found[name] = text
    return found


async def _rehearse(prepared: Prepared, wanted: _Wanted, engine: str) -> Rehearsed:
    clock = SystemClock()
    async with open_house(engine, clock) as house:
        if house.note:
            typer.echo(f"… {house.note}", err=True)
        async with open_rehearsal(prepared, house.engine_url, clock, house.systems) as rehearsal:
            if wanted.scenarios:
                return await rehearsal.run(wanted.scenarios)
            if wanted.explored:
                return await rehearsal.explore(wanted.limits, wanted.begin)
            return await rehearsal.once(wanted.begin)


def _written(report: Rehearsed, prepared: Prepared, form: Format) -> str:
    match form:
        case Format.JSON:
            return as_json(report)
        case Format.JUNIT:
            return as_junit(report)
        case Format.HTML:
            return as_page(report, prepared)
    page = StringIO()
    show(Console(file=page, width=_WIDTH), report)
    return page.getvalue()


def _deliver(text: str, output: Path | None) -> None:
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_whole(output, text.encode())
    except OSError as error:
        raise ConfigError(f"Файл {output} не записан: {error.strerror}.", remedy="исправьте путь или права.") from None
    typer.echo(f"Записан {output}", err=True)
