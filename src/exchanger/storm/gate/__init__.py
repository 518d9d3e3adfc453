"""Проверка диаграммы перед развёртыванием: схема BPMN 2.0, правила движка, страница отчёта."""

from exchanger.storm.gate.finding import Finding, Source, from_conversion
from exchanger.storm.gate.inspect import inspect
from exchanger.storm.gate.marks import Mark, Tone, marks_of
from exchanger.storm.gate.page import page
from exchanger.storm.gate.report import GateReport
from exchanger.storm.gate.scene import Known

__all__ = [
    "Finding",
    "GateReport",
    "Known",
    "Mark",
    "Source",
    "Tone",
    "from_conversion",
    "inspect",
    "marks_of",
    "page",
]
