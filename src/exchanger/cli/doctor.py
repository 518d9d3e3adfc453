"""`exchanger doctor`: самопроверка установки."""

from __future__ import annotations

import asyncio
import json

import typer

from exchanger.cli.asking import AsJson
from exchanger.connect import Severity
from exchanger.ops.doctor import Section, diagnose
from exchanger.telemetry.redact import redact


def doctor(*, as_json: AsJson = False) -> None:
    """Проверить настройки, службы, движок, брокер и системы; каждая находка говорит, что делать.

    Выход: 0 — всё хорошо, 1 — есть замечания, 2 — есть ошибки. Пример: EXCHANGER_ENV=dev exchanger doctor
    """
    worst = asyncio.run(_show(as_json=as_json))
    raise typer.Exit(int(worst))


async def _show(*, as_json: bool) -> Severity:
    worst = Severity.OK
    async for section in diagnose():
        typer.echo(redact(as_line(section) if as_json else section.text()))
        worst = max(worst, section.worst)
    return worst


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
