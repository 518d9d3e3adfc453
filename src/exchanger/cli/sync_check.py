"""`exchanger sync check`: проверить диаграммы перед развёртыванием."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from exchanger.cli.asking import perform, say
from exchanger.domain.errors import ConfigError
from exchanger.ops.diagrams.gate import as_page, check, known_of, with_shared_keys
from exchanger.ops.diagrams.gate_engine import NoEngine, Trial, open_trial
from exchanger.settings import load_settings
from exchanger.storm import convert
from exchanger.storm.atomic import write_whole
from exchanger.storm.files.local import read_file, read_local
from exchanger.storm.gate import GateReport, Known
from exchanger.storm.gate.report import TITLES
from exchanger.storm.report import Severity

_REFUSED = 1
_NO_SETTINGS = "Темы не проверены: настройки установки не читаются (exchanger config lint скажет почему)."
_NOT_ASKED = "Движком не проверено: так сказано (--no-engine)."
_COLOURS = {Severity.ERROR: "red", Severity.LOSS: "magenta", Severity.DOUBT: "yellow", Severity.CHANGE: "blue"}


def check_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Файлы .bpmn.")],
    *,
    converting: Annotated[
        bool, typer.Option("--convert", help="Файлы — из StormBPMN: сначала перенести, отчёт переноса — в отчёте.")
    ] = False,
    uuid: Annotated[str, typer.Option("--id", help="UUID диаграммы для --convert, если рядом с файлом его нет.")] = "",
    engine: Annotated[bool, typer.Option(help="Пробовать развернуть во встроенный движок.")] = True,
    html: Annotated[
        Path | None, typer.Option("--html", help="Папка для страниц <имя>.html с диаграммой.", file_okay=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Вывести JSON, по строке на файл.")] = False,
) -> None:
    """Проверить файлы: схема BPMN, правила движка, пробное развёртывание. Есть ошибка — выход 1.

    Движок настоящий и свой: он запускается на время команды, к движку установки ничего не уходит.
    Пример: exchanger sync check camunda_Договор.bpmn --html отчёты
    """
    if uuid and (len(files) > 1 or not converting):
        raise typer.BadParameter("UUID задают одному файлу и вместе с --convert", param_hint="--id")
    reports = perform(_check(files, uuid=uuid if converting else None, engine=engine))
    for path, report in zip(files, reports, strict=True):
        if html is not None:
            _write(html / f"{path.stem}.html", as_page(report))
        if as_json:
            say(report.json())
        else:
            _show(report)
    if any(report.blocking for report in reports):
        raise typer.Exit(_REFUSED)


async def _check(files: list[Path], *, uuid: str | None, engine: bool) -> list[GateReport]:
    known, notes = _known()
    async with AsyncExitStack() as stack:
        trial: Trial = await stack.enter_async_context(open_trial()) if engine else NoEngine(_NOT_ASKED)
        return with_shared_keys([await _one(path, trial, known, notes, uuid) for path in files])


def _known() -> tuple[Known, tuple[str, ...]]:
    """A file is checked on a machine without an installation too: then nobody knows which topics are served."""
    try:
        settings = load_settings()
    except ConfigError:
        return Known(), (_NO_SETTINGS,)
    return known_of(settings), ()


async def _one(path: Path, trial: Trial, known: Known, notes: tuple[str, ...], uuid: str | None) -> GateReport:
    if uuid is None:
        return await check(read_file(path), name=path.name, trial=trial, known=known, notes=notes)
    local = read_local(path, uuid=uuid)
    made = convert(local.body, diagram=local.info, assignees=local.assignees, policy=local.policy, links=local.links)
    return await check(
        made.xml, name=path.name, trial=trial, known=known, conversion=made.report, source=local.body, notes=notes
    )


def _show(report: GateReport) -> None:
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"[bold]Проверка «{escape(report.name)}»[/bold]")
    for note in report.notes:
        console.print(escape(note))
    for severity, title in TITLES.items():
        found = report.of(severity)
        if found:
            console.print(f"\n[{_COLOURS[severity]}]{title}: {len(found)}[/]")
            for each in found:
                console.print(f"  - {escape(str(each))}")
    console.print(f"\n{escape(report.verdict)}\n")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text.encode())
    except OSError as error:
        raise ConfigError(f"Файл {path} не записан: {error.strerror}.", remedy="Исправьте путь или права.") from error
    say(f"Страница: {path}", err=True)
