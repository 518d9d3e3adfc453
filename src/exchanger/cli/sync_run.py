"""`exchanger sync run`: один проход по всем отобранным диаграммам."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from exchanger.cli.asking import AsJson, DryRun, perform, say
from exchanger.cli.sync_deploy import OUTCOMES, standing_fields
from exchanger.ops.diagrams.deploy import Outcome
from exchanger.ops.diagrams.deploy_open import open_run
from exchanger.ops.diagrams.run import Step, Summary, Tell
from exchanger.settings import Settings, load_settings
from exchanger.telemetry.clock import SystemClock

_TROUBLE = 1
_QUIET = frozenset({Outcome.UNCHANGED})

Wait = Callable[[float, str], None]


def run(
    *,
    dry_run: DryRun = False,
    refresh: Annotated[
        bool, typer.Option("--refresh", help="Скачать и неизменившееся: ответственных меняют без новой правки.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Пройти по всем диаграммам, отобранным настройками SYNC_*: скачать, перенести, проверить, развернуть.

    Прерванный проход продолжается; беда одной диаграммы не мешает другим. Отказано или не удалось — выход 1.
    Пример: exchanger sync run --dry-run
    """
    settings = load_settings()
    with _screen(as_json=as_json) as (tell, wait):
        summary = perform(_run(settings, tell, wait, dry_run=dry_run, refresh=refresh))
    if not as_json:
        say(_counts(summary))
    if not summary.good:
        raise typer.Exit(_TROUBLE)


async def _run(settings: Settings, tell: Tell, wait: Wait, *, dry_run: bool, refresh: bool) -> Summary:
    async with open_run(settings, SystemClock(), wait) as sync:
        return await sync.run(tell, dry_run=dry_run, refresh=refresh)


@contextmanager
def _screen(*, as_json: bool) -> Iterator[tuple[Tell, Wait]]:
    """Progress goes to stderr and only to a terminal; what was done goes to stdout, whole."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("Список диаграмм", total=None)

        def tell(step: Step, number: int, total: int) -> None:
            progress.update(bar, description="Диаграммы", completed=number, total=total)
            for line in [json.dumps(_fields(step), ensure_ascii=False)] if as_json else _lines(step, number, total):
                say(line)

        def wait(seconds: float, why: str) -> None:
            if seconds >= 1:
                progress.update(bar, description=f"Пауза {seconds:.0f} с: {why}")
                if not console.is_terminal:
                    say(f"… пауза {seconds:.0f} с: {why}", err=True)

        yield tell, wait


def _lines(step: Step, number: int, total: int) -> Iterator[str]:
    version = step.result.version if step.result else None
    told = f" (версия {version.version})" if version and step.outcome is Outcome.DEPLOYED else ""
    earlier = ", сделано прошлым, прерванным проходом" if step.earlier else ""
    yield f"[{number}/{total}] {' '.join(step.name.split()) or step.diagram}: {OUTCOMES[step.outcome]}{told}{earlier}"
    standing = step.result.standing if step.result else None
    if standing is not None and step.outcome in {Outcome.DEPLOYED, Outcome.WOULD_DEPLOY}:
        yield from (f"    {line}" for line in standing.lines())
    if step.outcome not in _QUIET and step.report is not None:
        yield from (f"    потеря: {loss}" for loss in step.report.losses)
    yield from (f"    {note}" for note in (*step.notes, *step.reasons) if note)


def _fields(step: Step) -> dict[str, object]:
    result = step.result
    version = result.version if result else None
    fields: dict[str, object] = {
        "diagram": step.diagram,
        "name": step.name,
        "outcome": step.outcome,
        "earlier": step.earlier,
        "version": version.version if version else None,
        "notes": list(step.notes),
        "reasons": [reason for reason in step.reasons if reason],
    }
    if result is not None and result.standing is not None:
        fields |= standing_fields(result.standing)
    return fields


def _counts(summary: Summary) -> str:
    parts = [f"{OUTCOMES[outcome]}: {summary.count(outcome)}" for outcome in Outcome if summary.count(outcome)]
    told = ", ".join(parts) or "ничего не отобрано"
    return f"Диаграмм: {len(summary.steps)} — {told}; не отобрано настройками: {summary.skipped}"
