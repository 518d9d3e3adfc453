"""Для авторов систем: System, Work, Call, обещания, пределы, автомат, HTTP."""

from exchanger.connect.call import BLIND, REPEATABLE, Call
from exchanger.connect.circuit import Circuit, Side
from exchanger.connect.contents import CONTENT
from exchanger.connect.files import ProcessFile, files_from, process_file
from exchanger.connect.hooks import Forged, Hook, Knock
from exchanger.connect.http import Answer, Http, HttpOptions, Intent
from exchanger.connect.limits import Limiter, Limits
from exchanger.connect.params import bind
from exchanger.connect.permit import Permit, writing_under
from exchanger.connect.plugin import GROUP, Plugin, plugin
from exchanger.connect.quality import Mark, Quality
from exchanger.connect.remarks import Remark, remark, remarks_heard
from exchanger.connect.sources import Found, Sources
from exchanger.connect.system import ErrorCodes, Finding, OpenSystem, Operation, Severity, System
from exchanger.connect.work import CallPromise, Cursor, Ending, Notice, Work, WorkPromise

__all__ = [
    "BLIND",
    "CONTENT",
    "GROUP",
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
    "Knock",
    "Limiter",
    "Limits",
    "Mark",
    "Notice",
    "OpenSystem",
    "Operation",
    "Permit",
    "Plugin",
    "ProcessFile",
    "Quality",
    "Remark",
    "Severity",
    "Side",
    "Sources",
    "System",
    "Work",
    "WorkPromise",
    "bind",
    "files_from",
    "plugin",
    "process_file",
    "remark",
    "remarks_heard",
    "writing_under",
]
