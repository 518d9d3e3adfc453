"""`exchanger reconcile --dry-run`: что сделал бы наблюдатель с каждым обязательством и почему."""

from __future__ import annotations

import json
from collections import Counter
from typing import Annotated

import typer

from exchanger.cli.asking import AsJson, perform
from exchanger.domain.reconcile import NoteMissing, brake_trips
from exchanger.ops.reconcile import SHARE, Line, open_reconciliations
from exchanger.ops.reconcile_text import SAID, action_of, why
from exchanger.settings import load_settings
from exchanger.telemetry.redact import redact

_EVERY = 1000


def reconcile(
    system: Annotated[str, typer.Argument(metavar="[СИСТЕМА]", help="Система; без имени — все.")] = "",
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Только показать; иного эта команда не умеет.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=0, help="Не больше скольких обязательств; 0 — все.")] = 0,
    share: Annotated[
        float, typer.Option("--share", min=0.01, max=1.0, help="Доля времени, занятая вопросами системе.")
    ] = SHARE,
    as_json: AsJson = False,
) -> None:
    """Сверить движок и системы, ничего не меняя: обязательство, объекты, действие, причина; в конце сводка.

    Пример: exchanger reconcile bitrix24 --dry-run --limit 200
    """
    if not dry_run:
        raise typer.BadParameter("сверяют и действуют службы; команда только показывает", param_hint="--dry-run")
    perform(_walk(system, limit, share, as_json=as_json))


async def _walk(system: str, limit: int, share: float, *, as_json: bool) -> None:
    counts: Counter[str] = Counter()
    async with open_reconciliations(load_settings(), system, share) as walks:
        for walk in walks:
            mine: Counter[str] = Counter()
            async for lines in walk.walk():
                chosen = lines[: limit - counts.total()] if limit else lines
                for line in chosen:
                    typer.echo(redact(json.dumps(_fields(line), ensure_ascii=False) if as_json else _text(line)))
                _count(chosen, mine, counts)
                if limit and counts.total() >= limit:
                    break
            _summary(walk.system.name, mine, as_json=as_json)


def _count(lines: list[Line], mine: Counter[str], counts: Counter[str]) -> None:
    before = counts.total()
    for line in lines:
        mine[action_of(line)] += 1
        counts[action_of(line)] += 1
    if counts.total() // _EVERY > before // _EVERY:
        typer.echo(f"… {counts.total()}", err=True)


def _summary(system: str, counts: Counter[str], *, as_json: bool) -> None:
    missing, total = counts[NoteMissing.__name__], counts.total()
    brake = brake_trips(missing, total)
    if as_json:
        typer.echo(json.dumps({"summary": system, "total": total, "actions": dict(counts), "brake": brake}))
        return
    listed = ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "нет"
    typer.echo(f"{system}: обязательств {total}: {listed}")
    if brake:
        typer.echo(f"{system}: не видно {missing} объектов из {total} — столько разом остановит тормоз.")


def _text(line: Line) -> str:
    objects = "не спрашивали" if line.objects is None else ", ".join(_object(line)) or "нет"
    return (
        f"задача {line.task.id}  {line.system} {line.task.topic}: {SAID.get(line.says, line.says.value)}\n"
        f"    объекты: {objects}\n    → {action_of(line)}: {why(line)}"
    )


def _object(line: Line) -> list[str]:
    return [f"{one.ref.link or one.ref.id} ({one.state.value})" for one in line.objects or ()]


def _fields(line: Line) -> dict[str, object]:
    return {
        "task": line.task.id,
        "system": line.system,
        "topic": line.task.topic,
        "instance": line.task.process_instance_id,
        "engine": line.says.value,
        "locked_until": line.task.locked_until.isoformat() if line.task.locked_until else None,
        "objects": None
        if line.objects is None
        else [
            {"id": one.ref.id, "link": one.ref.link, "state": one.state.value, "key": str(one.key)}
            for one in line.objects
        ],
        "action": action_of(line),
        "why": why(line),
    }
