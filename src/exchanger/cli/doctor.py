"""`exchanger doctor`: самопроверка установки."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Annotated

import typer

from exchanger.cli.asking import AsJson
from exchanger.connect import Severity
from exchanger.ops.doctor import Code, Section, diagnose, probe, try_notices
from exchanger.settings import load_settings
from exchanger.telemetry.clock import SystemClock
from exchanger.telemetry.redact import redact


def doctor(
    *,
    with_probe: Annotated[
        bool, typer.Option("--probe", help="Ещё и провести пробную задачу через движок и брокер; всё убирается.")
    ] = False,
    system: Annotated[
        str | None,
        typer.Option("--probe-system", metavar="SYSTEM", help="Проба создаст и удалит объект в этой системе."),
    ] = None,
    notice: Annotated[
        bool, typer.Option("--notice", help="Отправить пробное извещение каждым настроенным каналом.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Проверить настройки, службы, движок, брокер и системы; каждая находка говорит, что делать.

    Выход: 0 — всё хорошо, 1 — есть замечания, 2 — есть ошибки. Пример: EXCHANGER_ENV=dev exchanger doctor --probe
    """
    asked = _Asked(with_probe or system is not None, system, notice)
    raise typer.Exit(int(asyncio.run(_show(asked, as_json=as_json))))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What to do besides looking."""

    probe: bool
    system: str | None
    notice: bool


async def _show(asked: _Asked, *, as_json: bool) -> Severity:
    worst, valid = Severity.OK, True
    async for section in diagnose():
        worst = max(worst, _print(section, as_json=as_json))
        valid = valid and not any(one.code is Code.SETTINGS_INVALID for one in section.findings)
    if asked.probe and valid:
        worst = max(worst, _print(await probe(load_settings(), SystemClock(), asked.system), as_json=as_json))
    if asked.notice and valid:
        worst = max(worst, _print(await try_notices(load_settings(), SystemClock()), as_json=as_json))
    return worst


def _print(section: Section, *, as_json: bool) -> Severity:
    typer.echo(redact(section.line() if as_json else section.text()))
    return section.worst
