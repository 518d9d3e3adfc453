"""Проверка диаграммы перед развёртыванием: схема BPMN 2.0, правила движка, страница отчёта."""

from exchanger.storm.gate.finding import Finding, Source, from_conversion
from exchanger.storm.gate.marks import Mark, Tone, marks_of
from exchanger.storm.gate.page import page

__all__ = ["Finding", "Mark", "Source", "Tone", "from_conversion", "marks_of", "page"]
