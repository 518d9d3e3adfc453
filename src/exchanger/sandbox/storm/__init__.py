"""Стенд StormBPMN: команда в памяти, оба API, предел облака, сбои по плану.

workspace = default_workspace()
async with standin(workspace) as running:
    ...  # running.url
"""

from exchanger.sandbox.storm.faults import Fault, FaultKind, Faults
from exchanger.sandbox.storm.limits import Limits
from exchanger.sandbox.storm.model import Call, Edge, StormDiagram
from exchanger.sandbox.storm.seed import body, default_workspace
from exchanger.sandbox.storm.server import RunningStorm, standin
from exchanger.sandbox.storm.workspace import API_KEY, TOKEN, Workspace

__all__ = [
    "API_KEY",
    "TOKEN",
    "Call",
    "Edge",
    "Fault",
    "FaultKind",
    "Faults",
    "Limits",
    "RunningStorm",
    "StormDiagram",
    "Workspace",
    "body",
    "default_workspace",
    "standin",
]
