"""`exchanger sync diff|deploy|rollback`: одна или несколько диаграмм из файлов рядом с движком."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

import typer

from exchanger.cli.asking import AsJson, DryRun, Reason, Yes, confirm, perform, required, say
from exchanger.domain.errors import ExchangerError, Retry, SystemPaused
from exchanger.ops.diagrams.deploy import Deployer, Outcome, Result
from exchanger.ops.diagrams.deploy_checklists import open_lists
from exchanger.ops.diagrams.deploy_open import open_deployer, open_rollback, shelf_of
from exchanger.ops.diagrams.deploy_package import Candidate, prepare
from exchanger.ops.diagrams.diff import Standing
from exchanger.settings import Settings, load_settings
from exchanger.storm.files import Archived, read_local
from exchanger.telemetry.clock import SystemClock

_TROUBLE = 1
OUTCOMES = {
    Outcome.DEPLOYED: "развёрнута",
    Outcome.UNCHANGED: "без изменений",
    Outcome.WOULD_DEPLOY: "была бы развёрнута",
    Outcome.REFUSED: "ОТКАЗАНО",
    Outcome.HELD: "отложена человеком",
    Outcome.FAILED: "НЕ УДАЛОСЬ",
}

File = Annotated[Path, typer.Argument(metavar="FILE", help="Файл диаграммы .bpmn.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Файлы диаграмм .bpmn.")]
Uuid = Annotated[str, typer.Option("--id", help="UUID диаграммы, если рядом с файлом его нет.")]
Assignees = Annotated[
    Path | None, typer.Option("--assignees", help="Ответственные; без ключа — <имя>_assignees.json рядом, если есть.")
]


@dataclass(frozen=True, slots=True)
class _Told:
    """What became of one file."""

    file: str
    outcome: Outcome
    result: Result | None
    reasons: tuple[str, ...]


def diff(file: File, *, uuid: Uuid = "", assignees: Assignees = None, as_json: AsJson = False) -> None:
    """Показать, чем перенесённая диаграмма отличается от развёрнутой. Только чтение; ключ занят чужим — выход 1.

    Пример: exchanger sync diff bpmn/Договор.bpmn
    """
    settings = load_settings()
    candidate, standing = perform(_compared(settings, file, uuid, assignees))
    if as_json:
        say(json.dumps(standing_fields(standing), ensure_ascii=False))
    else:
        say("\n".join([f"{candidate.name} ({candidate.key})", *(f"  {line}" for line in standing.lines())]))
        for remark in candidate.remarks:
            say(f"  {remark}")
    if standing.collisions:
        raise typer.Exit(_TROUBLE)


def deploy(
    files: Files,
    *,
    uuid: Uuid = "",
    assignees: Assignees = None,
    reason: Reason = "",
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Перенести, проверить и развернуть файлы арендатору CAMUNDA_TENANT_ID; неизменившееся новой версии не создаёт.

    Ошибки проверки запрещают развёртывание, ключа «всё равно» нет; отказ по одному файлу не мешает другим, выход 1.
    Пример: exchanger sync deploy bpmn/Договор.bpmn --reason "срок по просьбе юристов"
    """
    if (uuid or assignees) and len(files) > 1:
        raise typer.BadParameter("--id и --assignees относятся к одному файлу", param_hint="FILE")
    why = reason.strip() if dry_run else required(reason)
    settings = load_settings()
    told = perform(_deployed(settings, files, uuid, assignees, why, dry_run=dry_run))
    for each in told:
        _say(each, as_json=as_json)
    if not all(each.outcome.good for each in told):
        raise typer.Exit(_TROUBLE)


def rollback(
    diagram_id: Annotated[str, typer.Argument(metavar="ID", help="UUID диаграммы или её файл .bpmn.")],
    *,
    to: Annotated[str, typer.Option("--to", help="К какой: начало SHA-256 из списка; без ключа — список.")] = "",
    reason: Reason = "",
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Вернуть прежний документ из архива развёрнутого: он станет новой версией, пройдя те же проверки.

    Проход (sync run) не тронет диаграмму, пока её тело в StormBPMN не изменится. Не возвращён — выход 1.
    Пример: exchanger sync rollback 6f1c… --to 3fa2b1 --reason "ошибка в условии"
    """
    settings = load_settings()
    if diagram_id.endswith(".bpmn"):
        diagram_id = read_local(Path(diagram_id)).info.uuid
    if not to:
        _list(perform(_versions(settings, diagram_id)), diagram_id, as_json=as_json)
        return
    why = reason.strip() if dry_run else required(reason)
    result = perform(_returned(settings, diagram_id, to, why, dry_run=True))
    if not as_json:
        _say(_Told(diagram_id, result.outcome, result, result.reasons), as_json=False)
    if not dry_run and result.outcome is Outcome.WOULD_DEPLOY:
        confirm("Вернуть?", yes=yes or as_json)
        result = perform(_returned(settings, diagram_id, to, why, dry_run=False))
        _say(_Told(diagram_id, result.outcome, result, result.reasons), as_json=as_json)
    elif as_json:
        _say(_Told(diagram_id, result.outcome, result, result.reasons), as_json=True)
    if not result.outcome.good:
        raise typer.Exit(_TROUBLE)


def standing_fields(standing: Standing) -> dict[str, object]:
    """Сравнение для программ."""
    found = standing.difference
    return {
        "key": standing.key,
        "tenant": standing.tenant,
        "deployed_version": standing.current.version if standing.current else None,
        "same": standing.same,
        "changes": [asdict(change) for change in found.changes] if found else [],
        "drawing": found.drawing if found else False,
        "instances": {str(version.version): count for version, count in standing.instances},
        "collisions": list(standing.collisions),
        "notes": list(standing.notes),
    }


async def _compared(settings: Settings, file: Path, uuid: str, assignees: Path | None) -> tuple[Candidate, Standing]:
    clock = SystemClock()
    async with open_lists(settings, clock) as lists, open_deployer(settings, clock) as deployer:
        candidate = await prepare(read_local(file, uuid=uuid, assignees=assignees), lists)
        return candidate, await deployer.standing(candidate)


async def _deployed(
    settings: Settings, files: list[Path], uuid: str, assignees: Path | None, reason: str, *, dry_run: bool
) -> list[_Told]:
    clock, told = SystemClock(), []
    async with open_lists(settings, clock) as lists, open_deployer(settings, clock) as deployer:
        for file in files:
            try:
                candidate = await prepare(read_local(file, uuid=uuid, assignees=assignees), lists)
                told.append(await _one(settings, deployer, candidate, file, reason, dry_run=dry_run))
            except (Retry, SystemPaused):
                raise  # it concerns every file
            except ExchangerError as error:
                told.append(_Told(str(file), Outcome.FAILED, None, (str(error),)))
    return told


async def _one(
    settings: Settings, deployer: Deployer, candidate: Candidate, file: Path, reason: str, *, dry_run: bool
) -> _Told:
    result = await deployer.deploy(candidate, reason, dry_run=dry_run)
    if result.outcome is Outcome.DEPLOYED:
        shelf_of(settings).holds.lift(candidate.info.uuid)  # a person's own deployment is the last word
    return _Told(str(file), result.outcome, result, (*result.reasons, *candidate.remarks))


async def _versions(settings: Settings, diagram_id: str) -> list[Archived]:
    async with open_rollback(settings, SystemClock()) as found:
        return found.versions(diagram_id)


async def _returned(settings: Settings, diagram_id: str, to: str, reason: str, *, dry_run: bool) -> Result:
    async with open_rollback(settings, SystemClock()) as found:
        return await found.back(found.candidate(diagram_id, to), reason, dry_run=dry_run)


def _list(versions: list[Archived], diagram_id: str, *, as_json: bool) -> None:
    for each in versions:
        version = "—" if each.version is None else str(each.version)
        line = f"{each.sha256[:12]}  {each.at[:16]}  v{version:<4} {' '.join(each.name.split())}"
        say(json.dumps(asdict(each), ensure_ascii=False) if as_json else line)
    if not as_json:
        say(f"Документов в архиве: {len(versions)}. Вернуть: exchanger sync rollback {diagram_id} --to …")


def _say(told: _Told, *, as_json: bool) -> None:
    result = told.result
    standing = result.standing if result else None
    version = result.version if result else None
    if as_json:
        fields: dict[str, object] = {"file": told.file, "outcome": told.outcome, "reasons": list(told.reasons)}
        if standing is not None:
            fields |= standing_fields(standing)
        fields["version"] = version.version if version else None
        say(json.dumps(fields, ensure_ascii=False))
        return
    number = f" (версия {version.version})" if version and told.outcome is Outcome.DEPLOYED else ""
    say(f"{told.file}: {OUTCOMES[told.outcome]}{number}")
    if standing is not None and told.outcome in {Outcome.DEPLOYED, Outcome.WOULD_DEPLOY}:
        for line in standing.lines():
            say(f"    {line}")
    for reason in told.reasons:
        say(f"    {reason}")
