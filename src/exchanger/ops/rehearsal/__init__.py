"""Репетиция процесса на настоящем движке до того, как от него станут зависеть.

async with open_rehearsal(prepare(Path("process.bpmn")), engine.url, SystemClock()) as rehearsal:
    report = await rehearsal.explore()
"""

from exchanger.ops.rehearsal.explore import Limits
from exchanger.ops.rehearsal.prepare import Prepared, prepare, prepare_bytes
from exchanger.ops.rehearsal.rehearsal import Rehearsal, open_rehearsal
from exchanger.ops.rehearsal.results import Card, FlowReach, Play, Reach, Rehearsed, Remark, Verdict
from exchanger.ops.rehearsal.scenario import Scenario, ScenarioFile, read_scenarios
from exchanger.ops.rehearsal.stage import Begin

__all__ = [
    "Begin",
    "Card",
    "FlowReach",
    "Limits",
    "Play",
    "Prepared",
    "Reach",
    "Rehearsal",
    "Rehearsed",
    "Remark",
    "Scenario",
    "ScenarioFile",
    "Verdict",
    "open_rehearsal",
    "prepare",
    "prepare_bytes",
    "read_scenarios",
]
