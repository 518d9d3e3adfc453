"""Прокси отказов: между Exchanger и брокером (`TcpProxy`), движком или системой (`HttpFaultProxy`)."""

from exchanger.testing.proxy.call import HttpAnswer, HttpCall, html_answer, json_answer
from exchanger.testing.proxy.fault import (
    FaultKind,
    HttpFault,
    bad_gateway,
    on,
    server_error,
    throttled,
    unauthorized,
    unavailable,
)
from exchanger.testing.proxy.http import HttpFaultProxy
from exchanger.testing.proxy.journal import SeenRequest
from exchanger.testing.proxy.lane import HOLE, HOLE_FROM_SERVER, PASS, REFUSE, Lane, TcpMode, delayed, slow
from exchanger.testing.proxy.tcp import TcpProxy

__all__ = [
    "HOLE",
    "HOLE_FROM_SERVER",
    "PASS",
    "REFUSE",
    "FaultKind",
    "HttpAnswer",
    "HttpCall",
    "HttpFault",
    "HttpFaultProxy",
    "Lane",
    "SeenRequest",
    "TcpMode",
    "TcpProxy",
    "bad_gateway",
    "delayed",
    "html_answer",
    "json_answer",
    "on",
    "server_error",
    "slow",
    "throttled",
    "unauthorized",
    "unavailable",
]
