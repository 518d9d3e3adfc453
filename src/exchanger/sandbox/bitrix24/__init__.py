"""Стенд Bitrix24: портал в памяти для тестов и показа, с управляемыми сбоями.

portal = default_portal()
async with standin(portal) as running:
    ...  # running.webhook_url
"""

from exchanger.sandbox.bitrix24.faults import EventFaults, Fault, FaultKind, Faults
from exchanger.sandbox.bitrix24.limits import Limits
from exchanger.sandbox.bitrix24.people import Pace, People, Question, always_yes, at_work, no_then_yes
from exchanger.sandbox.bitrix24.person import Person
from exchanger.sandbox.bitrix24.portal import Build, Portal
from exchanger.sandbox.bitrix24.seed import default_portal
from exchanger.sandbox.bitrix24.server import RunningPortal, standin

__all__ = [
    "Build",
    "EventFaults",
    "Fault",
    "FaultKind",
    "Faults",
    "Limits",
    "Pace",
    "People",
    "Person",
    "Portal",
    "Question",
    "RunningPortal",
    "always_yes",
    "at_work",
    "default_portal",
    "no_then_yes",
    "standin",
]
