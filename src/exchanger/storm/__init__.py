"""Диаграммы StormBPMN: перенос в исполняемые процессы."""

from exchanger.storm.assignees import read_assignees
from exchanger.storm.convert import Converted, convert
from exchanger.storm.ids import process_key
from exchanger.storm.policy import Assignee, DiagramInfo, Policy, Unmapped
from exchanger.storm.report import Finding, Report, Severity

__all__ = [
    "Assignee",
    "Converted",
    "DiagramInfo",
    "Finding",
    "Policy",
    "Report",
    "Severity",
    "Unmapped",
    "convert",
    "process_key",
    "read_assignees",
]
