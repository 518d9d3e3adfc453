"""`exchanger doctor`: самопроверка установки."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

import typer

from exchanger.cli.asking import AsJson
from exchanger.connect import Severity
from exchanger.ops.doctor import Code, Section, diagnose, probe
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
    as_json: AsJson = False,
) -> None:
    """Проверить настройки, службы, движок, брокер и системы; каждая находка говорит, что делать.

    Выход: 0 — всё хорошо, 1 — есть замечания, 2 — есть ошибки. Пример: EXCHANGER_ENV=dev exchanger doctor --probe
    """
    worst = asyncio.run(_show(with_probe or system is not None, system, as_json=as_json))
    raise typer.Exit(int(worst))


async def _show(probing: bool, system: str | None, *, as_json: bool) -> Severity:  # noqa: FBT001 - what was asked for
    worst, valid = Severity.OK, True
    async for section in diagnose():
        worst = max(worst, _print(section, as_json=as_json))
        valid = valid and not any(one.code is Code.SETTINGS_INVALID for one in section.findings)
    if probing and valid:
        section = await probe(load_settings(), SystemClock(), system)
        worst = max(worst, _print(section, as_json=as_json))
    return worst


def _print(section: Section, *, as_json: bool) -> Severity:
    typer.echo(redact(as_line(section) if as_json else section.text()))
    return section.worst


def as_line(section: Section) -> str:
    """Раздел одной строкой JSON."""
    findings = [
        {
            "severity": finding.severity.name.lower(),
            "code": finding.code.value,
            "what": finding.what,
            "remedy": finding.remedy,
        }
        for finding in section.findings
    ]
    return json.dumps({"section": section.title, "findings": findings}, ensure_ascii=False)
