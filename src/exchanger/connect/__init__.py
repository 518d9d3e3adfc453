"""Для авторов систем: System, Work, Call, обещания, пределы, автомат, HTTP."""

from exchanger.connect.call import BLIND, REPEATABLE, Call
from exchanger.connect.circuit import Circuit, Side
from exchanger.connect.hooks import Forged, Hook
from exchanger.connect.http import Answer, Http, HttpOptions, Intent
from exchanger.connect.limits import Limiter, Limits
from exchanger.connect.params import bind
from exchanger.connect.sources import Found, Sources
from exchanger.connect.system import ErrorCodes, Finding, OpenSystem, Severity, System
from exchanger.connect.work import CallPromise, Cursor, Ending, Notice, Work, WorkPromise

__all__ = [
    "BLIND",
    "REPEATABLE",
    "Answer",
    "Call",
    "CallPromise",
    "Circuit",
    "Cursor",
    "Ending",
    "ErrorCodes",
    "Finding",
    "Forged",
    "Found",
    "Hook",
    "Http",
    "HttpOptions",
    "Intent",
    "Limiter",
    "Limits",
    "Notice",
    "OpenSystem",
    "Severity",
    "Side",
    "Sources",
    "System",
    "Work",
    "WorkPromise",
    "bind",
]
