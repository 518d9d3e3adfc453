"""Проверка перед развёртыванием: схема, правила, перенос, настоящий движок. Ошибка запрещает; силой — никогда."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from exchanger.ops.diagrams.gate_engine import NoEngine, Trial
from exchanger.settings import Settings
from exchanger.storm.gate import Finding, GateReport, Known, from_conversion, inspect, page
from exchanger.storm.gate.finding import Source
from exchanger.storm.names import bpmn, ident
from exchanger.storm.report import Report, Severity
from exchanger.storm.tree import parse
from exchanger.wiring.systems import enabled, routing_of

_NOTHING_KNOWN = Known()


async def check(
    xml: bytes,
    *,
    name: str,
    trial: Trial,
    known: Known = _NOTHING_KNOWN,
    conversion: Report | None = None,
    source: bytes | None = None,
    notes: tuple[str, ...] = (),
) -> GateReport:
    """Проверить документ; `conversion` — отчёт переноса, `source` — диаграмма до него, `notes` — что сказать в отчёте.

    Движок не пробуют, когда документа не прочесть. `ConfigError`, `Retry` — движок не запустился или не ответил: это
    не «принял».
    """
    found = [*(from_conversion(conversion) if conversion is not None else ()), *inspect(xml, known)]
    unreadable = any(each.code == "unreadable" for each in found)
    if not unreadable:
        found += await trial.findings(xml)
    told = (*notes, trial.why) if isinstance(trial, NoEngine) else notes
    return GateReport(name, xml, tuple(_once(found)), "" if unreadable else trial.engine, told, source)


def as_page(report: GateReport) -> str:
    """Страница отчёта."""
    summary = [report.verdict, *report.notes]
    return page(report.xml, report.findings, title=f"Проверка «{report.name}»", summary=summary, source=report.source)


def with_shared_keys(reports: Iterable[GateReport]) -> list[GateReport]:
    """Те же отчёты, где один ключ процесса в двух файлах — ошибка: второй стал бы новой версией первого."""
    checked = list(reports)
    holders: dict[str, list[str]] = defaultdict(list)
    for report in checked:
        for key in _keys(report):
            holders[key].append(report.name)
    return [replace(report, findings=(*report.findings, *_clashes(report, holders))) for report in checked]


def known_of(settings: Settings) -> Known:
    """Темы, которые берут включённые системы и назвали настройки; систем не открывает."""
    systems, _ = enabled(settings)
    routing = routing_of(settings, systems)
    declared = {topic for each in systems for topic in routing.topics(each.name, each.topics)}
    return Known(frozenset(declared | settings.installation.topics.keys()))


def _once(found: Iterable[Finding]) -> list[Finding]:
    return list(dict.fromkeys(found))


def _keys(report: GateReport) -> list[str]:
    if any(found.code == "unreadable" for found in report.findings):
        return []
    processes = parse(report.xml).iterchildren(bpmn("process"))
    return sorted({ident(process) for process in processes if process.get("isExecutable") == "true"})


def _clashes(report: GateReport, holders: dict[str, list[str]]) -> list[Finding]:
    return [
        Finding(
            Severity.ERROR,
            Source.LINT,
            "shared-key",
            f"Ключ «{key}» есть и в другом файле: {', '.join(each for each in holders[key] if each != report.name)}.",
            "оставьте один файл или перенесите диаграммы заново: ключ строится из UUID диаграммы.",
            key,
            kind="process",
        )
        for key in _keys(report)
        if len(holders[key]) > 1
    ]
