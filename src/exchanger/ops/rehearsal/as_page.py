"""Итог репетиции страницей: диаграмма, потоки окрашены по проходам, замечания наводят на элементы."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from exchanger.ops.rehearsal.as_text import ending
from exchanger.ops.rehearsal.prepare import Prepared
from exchanger.ops.rehearsal.results import Reach, Rehearsed
from exchanger.storm.gate.finding import Finding, Source
from exchanger.storm.gate.marks import Mark, Tone
from exchanger.storm.gate.page import page
from exchanger.storm.report import Severity

_TONES = {Reach.UNREACHABLE: Tone.UNREACHABLE, Reach.OUTSIDE: Tone.UNVISITED, Reach.UNKNOWN: Tone.UNVISITED}


def as_page(report: Rehearsed, prepared: Prepared) -> str:
    """Одна самодостаточная страница HTML."""
    xml = prepared.files[report.file]
    return page(
        xml, list(_findings(report)), marks=_marks(report, prepared), title=report.file, summary=list(_summary(report))
    )


def _marks(report: Rehearsed, prepared: Prepared) -> dict[str, Mark]:
    visits = Counter(visit.element for play in report.plays for visit in play.visits if visit.process in prepared.main)
    elements = [node for key in prepared.main for node in prepared.chart(key).nodes]
    marks = {
        element: Mark(Tone.VISITED, f"{visits[element]}×") if visits[element] else Mark(Tone.UNVISITED)
        for element in elements
    }
    for flow in report.flows:
        taken = flow.reach is Reach.TAKEN
        marks[flow.id] = Mark(Tone.VISITED, f"{flow.visits}×") if taken else Mark(_TONES[flow.reach])
    for remark in report.problems:
        if remark.element in elements:
            marks[remark.element] = Mark(Tone.STUCK)
    return marks


def _findings(report: Rehearsed) -> Iterator[Finding]:
    for remark in report.remarks:
        severity = Severity.ERROR if remark.is_problem else Severity.DOUBT
        yield Finding(severity, Source.REHEARSAL, "rehearsal", remark.what, remark.remedy, remark.element)
    for verdict in report.verdicts:
        for line in verdict.differences:
            yield Finding(Severity.ERROR, Source.REHEARSAL, "scenario", f"{verdict.name}: {line}")


def _summary(report: Rehearsed) -> Iterator[str]:
    taken = sum(flow.reach is Reach.TAKEN for flow in report.flows)
    yield f"{'Удалась' if report.ok else 'Не удалась'}; движок {report.engine}; {report.seconds:.1f} с"
    yield f"Потоков пройдено {taken} из {len(report.flows)}, проигрышей {len(report.plays)}"
    endings = Counter(ending(report, play) for play in report.plays)
    yield from (f"{count}× {text}" for text, count in endings.most_common(10))
