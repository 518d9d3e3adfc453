"""`exchanger sync`: диаграммы StormBPMN — список, скачивание, перенос, таблица элементов и всё до развёртывания."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from exchanger.cli.asking import AsJson, perform, say
from exchanger.cli.sync_check import check_
from exchanger.cli.sync_deploy import deploy, diff, rollback
from exchanger.cli.sync_run import run
from exchanger.domain.errors import ConfigError
from exchanger.ops.diagrams.deploy_checklists import NoPortal, open_lists
from exchanger.ops.diagrams.deploy_package import Candidate, prepare
from exchanger.settings import Settings, load_settings
from exchanger.storm import Report
from exchanger.storm.api import DiagramCard, Selection, StormSource, open_storm, storm_options
from exchanger.storm.atomic import write_whole
from exchanger.storm.checklists import references_of
from exchanger.storm.files import BodyArchive, DiagramFolder, Download, Got, Step, analyse, as_csv, read_edges
from exchanger.storm.files.local import LocalDiagram, assignees_of, read_file, read_local
from exchanger.telemetry.clock import SystemClock

app = typer.Typer(help="Диаграммы StormBPMN: от списка до развёртывания в движке.", no_args_is_help=True)
for command in (diff, deploy, run, rollback):
    app.command()(command)
app.command(name="check")(check_)

_HAS_ERRORS = 1

File = Annotated[Path, typer.Argument(metavar="FILE", help="Файл диаграммы .bpmn.")]
AssigneesFile = Annotated[
    Path | None, typer.Option("--assignees", help="Ответственные; без ключа — <имя>_assignees.json рядом, если есть.")
]


class Encoding(StrEnum):
    """Кодировка таблицы."""

    UTF8 = "utf-8-sig"
    CP1251 = "cp1251"


@app.command(name="list")
def list_(
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Показать и те, что не прошли отбор SYNC_*, с причиной.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Показать диаграммы, отобранные настройками SYNC_*. Порядок — как отдаёт StormBPMN.

    Пример: exchanger sync list --all
    """
    settings = load_settings()
    selection = Selection.of(settings.sync)
    cards = perform(_cards(settings))
    shown = [(card, selection.refuses(card)) for card in cards]
    for card, refused in shown:
        if everything or not refused:
            say(json.dumps(_fields(card, refused), ensure_ascii=False) if as_json else _line(card, refused))
    if not as_json:
        chosen = sum(not refused for _, refused in shown)
        more = "" if everything or chosen == len(shown) else "; остальные и почему — с ключом --all"
        say(f"Диаграмм: {len(shown)}, отобрано: {chosen}{more}")


@app.command()
def get(
    diagram_id: Annotated[str, typer.Argument(metavar="ID", help="UUID диаграммы.", show_default=False)] = "",
    *,
    everything: Annotated[bool, typer.Option("--all", help="Все отобранные настройками SYNC_*.")] = False,
    output: Annotated[Path, typer.Option("-o", "--output", help="Папка.")] = Path("bpmn"),
) -> None:
    """Скачать диаграмму или все отобранные; прерванное продолжается, неизменившееся не скачивается снова.

    Тело сохраняется байт в байт, сведения — рядом, в <имя>_diagram.json. Не скачалась хоть одна — выход 1.
    Пример: exchanger sync get --all -o bpmn
    """
    if bool(diagram_id) is everything:
        raise typer.BadParameter("нужно одно из двух: UUID диаграммы или --all", param_hint="ID")
    settings = load_settings()
    steps = perform(_all(settings, output) if everything else _one(settings, diagram_id, output))
    counts = {got: sum(step.got is got for step in steps) for got in Got}
    say(f"Скачано: {counts[Got.FETCHED]}, не изменилось: {counts[Got.UNCHANGED]}, не удалось: {counts[Got.FAILED]}")
    if counts[Got.FAILED]:
        raise typer.Exit(_HAS_ERRORS)


@app.command(name="convert")
def convert_(
    file: File,
    *,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Куда записать; без ключа — camunda_<имя> рядом.")
    ] = None,
    assignees: AssigneesFile = None,
    uuid: Annotated[str, typer.Option("--id", help="UUID диаграммы, если рядом с файлом его нет.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Отчёт в JSON.")] = False,
) -> None:
    """Перенести файл в исполняемый процесс и напечатать отчёт; в отчёте есть ошибки — выход 1.

    Файл записывается и с ошибками: его можно открыть в Camunda Modeler, но движок его не примет.
    Пример: exchanger sync convert bpmn/Договор.bpmn
    """
    target = output or file.with_name(f"camunda_{file.name}")
    if target.resolve() == file.resolve():
        raise typer.BadParameter("исходный файл не перезаписывается: укажите другое имя", param_hint="-o")
    local = read_local(file, uuid=uuid, assignees=assignees)
    candidate = perform(_candidate(local))
    made = candidate.converted
    _write(target, made.xml)
    _print_report(made.report, as_json=as_json)
    if not as_json:
        people = f"из {local.assignees_file}" if local.assignees_file else "нет (файла ответственных рядом не нашлось)"
        for remark in candidate.remarks:
            say(remark)
        say(f"Ответственные: {people}\nЗаписан {target}; процессы: {', '.join(made.process_keys)}")
    if made.report.errors:
        raise typer.Exit(_HAS_ERRORS)


@app.command(name="analyse")
def analyse_(
    file: File,
    *,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Куда записать; без ключа — <имя>.csv.")] = None,
    assignees: AssigneesFile = None,
    encoding: Annotated[Encoding, typer.Option("--encoding", help="Кодировка; обе открывает Excel.")] = Encoding.UTF8,
) -> None:
    """Записать таблицу элементов и ответственных (CSV через точку с запятой).

    Пример: exchanger sync analyse bpmn/Договор.bpmn --encoding cp1251
    """
    records = assignees or assignees_of(file)
    rows = analyse(read_file(file), read_edges(read_file(records)) if records is not None else ())
    target = output or file.with_suffix(".csv")
    content, used = _encoded(as_csv(rows), encoding)
    _write(target, content)
    if used is not encoding:
        say(f"В диаграмме есть знаки, которых нет в {encoding}: записано в {used}.", err=True)
    say(f"Записан {target}: строк {len(rows)}, ответственные: {records or 'файла рядом нет'}")


async def _candidate(local: LocalDiagram) -> Candidate:
    """Conversion works without settings; they are read only when a description points at a task of Bitrix24."""
    if not references_of(each.description for each in local.assignees):
        return await prepare(local, NoPortal(""))
    try:
        settings = load_settings()
    except ConfigError as error:
        return await prepare(local, NoPortal(str(error)))
    async with open_lists(settings, SystemClock()) as lists:
        return await prepare(local, lists)


@asynccontextmanager
async def _storm(settings: Settings) -> AsyncIterator[StormSource]:
    async with open_storm(storm_options(settings), SystemClock(), _say_wait) as storm:
        yield storm


def _say_wait(seconds: float, why: str) -> None:
    if seconds >= 1:
        say(f"… пауза {seconds:.0f} с: {why}", err=True)


async def _cards(settings: Settings) -> list[DiagramCard]:
    async with _storm(settings) as storm:
        return await storm.diagrams()


async def _one(settings: Settings, diagram_id: str, folder: Path) -> list[Step]:
    async with _storm(settings) as storm:
        step = await _download(settings, storm, folder).one(diagram_id)
    _say(step, "")
    return [step]


async def _all(settings: Settings, folder: Path) -> list[Step]:
    selection = Selection.of(settings.sync)
    async with _storm(settings) as storm:
        chosen = [card for card in await storm.diagrams() if not selection.refuses(card)]
        done: list[Step] = []

        def tell(step: Step) -> None:
            done.append(step)
            _say(step, f"[{len(done)}/{len(chosen)}] ")

        return await _download(settings, storm, folder).many(chosen, tell)


def _download(settings: Settings, storm: StormSource, folder: Path) -> Download:
    archive = BodyArchive(storm_options(settings).archive)
    return Download(storm, DiagramFolder(folder), archive, SystemClock())


def _say(step: Step, place: str) -> None:
    what = {Got.FETCHED: "скачана", Got.UNCHANGED: "не изменилась", Got.FAILED: "не скачана"}[step.got]
    tail = f": {step.error}" if step.error else f" → {step.path}"
    say(f"{place}{' '.join(step.name.split()) or step.diagram}: {what}{tail}")
    for note in step.notes:
        say(f"    {note}")


def _print_report(report: Report, *, as_json: bool) -> None:
    say(report.json() if as_json else report.text(), nl=False)


def _encoded(text: str, encoding: Encoding) -> tuple[bytes, Encoding]:
    try:
        return text.encode(encoding), encoding
    except UnicodeEncodeError:
        return text.encode(Encoding.UTF8), Encoding.UTF8


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
    except OSError as error:
        raise ConfigError(f"Файл {path} не записан: {error.strerror}.", remedy="Исправьте путь или права.") from error


def _line(card: DiagramCard, refused: str) -> str:
    updated = card.updated.strftime("%Y-%m-%d %H:%M") if card.updated else "—"
    version = "—" if card.version is None else str(card.version)
    name = " ".join(card.name.split()) or "без названия"
    reason = f"  (не берётся: {refused})" if refused else ""
    return f"{card.id}  {updated:16}  v{version:<4} {card.status or '—':12} {card.type or '—':6} {name}{reason}"


def _fields(card: DiagramCard, refused: str) -> dict[str, str | int | bool | None]:
    return {
        "id": card.id,
        "name": card.name,
        "type": card.type,
        "status": card.status,
        "version": card.version,
        "updated": card.updated.isoformat() if card.updated else None,
        "public": card.public,
        "place": card.place.value,
        "refused": refused,
    }
