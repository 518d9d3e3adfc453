"""Клиенты StormBPMN: порт `StormSource`, открытый и внутренний API, предел запросов.

async with open_storm(storm_options(settings), SystemClock()) as storm:
    cards = await storm.diagrams()
"""

from exchanger.storm.api.budget import RequestBudget, Waiting
from exchanger.storm.api.combined import CombinedStorm
from exchanger.storm.api.internal import InternalStorm
from exchanger.storm.api.model import AssigneeEdge, Assignees, Diagram, DiagramCard, NotAvailable, Place
from exchanger.storm.api.opening import open_storm
from exchanger.storm.api.options import Listing, Retries, StormOptions, storm_options
from exchanger.storm.api.port import StormSource
from exchanger.storm.api.public import PublicStorm
from exchanger.storm.api.selection import Selection

__all__ = [
    "AssigneeEdge",
    "Assignees",
    "CombinedStorm",
    "Diagram",
    "DiagramCard",
    "InternalStorm",
    "Listing",
    "NotAvailable",
    "Place",
    "PublicStorm",
    "RequestBudget",
    "Retries",
    "Selection",
    "StormOptions",
    "StormSource",
    "Waiting",
    "open_storm",
    "storm_options",
]
