"""Прокси отказов: между Exchanger и брокером (`TcpProxy`), движком или системой (`HttpFaultProxy`)."""

from exchanger.testing.proxy.lane import HOLE, HOLE_FROM_SERVER, PASS, REFUSE, Lane, TcpMode, delayed, slow
from exchanger.testing.proxy.tcp import TcpProxy

__all__ = [
    "HOLE",
    "HOLE_FROM_SERVER",
    "PASS",
    "REFUSE",
    "Lane",
    "TcpMode",
    "TcpProxy",
    "delayed",
    "slow",
]
