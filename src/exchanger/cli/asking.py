"""Общее у команд оператора: ключи, сроки, подтверждение."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, TypeVar

import typer

from exchanger.telemetry.redact import redact

T = TypeVar("T")

_SPAN = re.compile(r"(\d+)\s*([smhdсмчд])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "с": 1, "м": 60, "ч": 3600, "д": 86400}

_NOT_CONFIRMED = 1

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Не спрашивать подтверждения.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Только показать, что будет сделано.")]
AsJson = Annotated[bool, typer.Option("--json", help="Вывести JSON, по строке на запись.")]
Reason = Annotated[str, typer.Option("--reason", help="Почему: попадёт в запись действий (audit.jsonl).")]


def moment(text: str) -> datetime:
    """Прочитать срок: сколько назад (`30m`, `12h`, `7d`) или время ISO 8601 (без пояса — UTC)."""
    span = _SPAN.fullmatch(text.strip().lower())
    if span is not None:
        return datetime.now(UTC) - timedelta(seconds=int(span[1]) * _UNITS[span[2]])
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"«{text}»: нужно 30m, 12h, 7d или время ISO 8601") from None
    return read if read.utcoffset() is not None else read.replace(tzinfo=UTC)


Since = Annotated[
    datetime | None, typer.Option("--since", parser=moment, metavar="СРОК", help="Не старше: 12h, 7d или время ISO.")
]
Older = Annotated[
    datetime | None, typer.Option("--older", parser=moment, metavar="СРОК", help="Старше: 12h, 7d или время ISO.")
]


Everything = Annotated[bool, typer.Option("--all", help="Всё, без отбора.")]


def narrowed(*, everything: bool, unlimited: bool) -> None:
    """Без отбора ничего не меняется, пока не сказано `--all`."""
    if unlimited and not everything:
        raise typer.BadParameter(
            "отберите (--task, --system, --kind, --older, …) или скажите --all", param_hint="--all"
        )


def required(reason: str) -> str:
    """Причина обязательна, когда что-то меняется."""
    if not reason.strip():
        raise typer.BadParameter('скажите, почему: --reason "…"', param_hint="--reason")
    return reason.strip()


def confirm(question: str, *, yes: bool) -> None:
    """Спросить, если не сказано `--yes`; нет — выход 1, ничего не сделано."""
    if not yes and not typer.confirm(question):
        typer.echo("Ничего не сделано.")
        raise typer.Exit(_NOT_CONFIRMED)


def retyped(name: str, *, yes: bool) -> None:
    """Попросить набрать имя того, что исчезнет, если не сказано `--yes`; иное — выход 1, ничего не сделано."""
    if not yes and typer.prompt(f"Наберите «{name}», чтобы подтвердить", default="", show_default=False) != name:
        typer.echo("Ничего не сделано: имя не совпало.")
        raise typer.Exit(_NOT_CONFIRMED)


def say(text: object = "", *, err: bool = False, nl: bool = True) -> None:
    """Напечатать слова, пришедшие от движка, систем и из очередей: тайн в них может быть, в выводе — нет."""
    typer.echo(redact(str(text)), err=err, nl=nl)


def perform(main: Coroutine[Any, Any, T]) -> T:
    """Выполнить команду."""
    return asyncio.run(main)
