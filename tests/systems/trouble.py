"""The troubles that every request may run into, as faults of the proxy, and how a creating call may then fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from exchanger.domain.errors import ExchangerError, OutcomeUnknown, Retry, SystemPaused
from exchanger.testing.proxy import (
    FaultKind,
    HttpFault,
    bad_gateway,
    html_answer,
    on,
    throttled,
    unauthorized,
    unavailable,
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """A fault of the proxy; `kinds` — how the creating call may fail."""

    name: str
    fault: Callable[[str], HttpFault]
    kinds: tuple[type[ExchangerError], ...]


def _answer(kind: FaultKind, answer: Any) -> Callable[[str], HttpFault]:
    return lambda path: HttpFault(kind, on("POST", path), answer=answer)


def _kind(kind: FaultKind, seconds: float = 0.3) -> Callable[[str], HttpFault]:
    return lambda path: HttpFault(kind, on("POST", path), seconds=seconds)


_HTML_500 = html_answer(500, "<html>500</html>")
TROUBLES = (
    Trouble("dropped before it was done", _kind(FaultKind.CUT_BEFORE), (OutcomeUnknown,)),
    Trouble("dropped after it was done", _kind(FaultKind.CUT_AFTER), (OutcomeUnknown,)),
    Trouble("done late, after the client had gone", _kind(FaultKind.LATE), (OutcomeUnknown,)),
    Trouble("half-open, not done", _kind(FaultKind.SILENT_BEFORE), (OutcomeUnknown,)),
    Trouble("half-open, done", _kind(FaultKind.SILENT_AFTER), (OutcomeUnknown,)),
    Trouble("500 before", _answer(FaultKind.ANSWER_BEFORE, _HTML_500), (OutcomeUnknown,)),
    Trouble("500 after", _answer(FaultKind.ANSWER_AFTER, _HTML_500), (OutcomeUnknown,)),
    Trouble("502 of a proxy, done", _answer(FaultKind.ANSWER_AFTER, bad_gateway()), (OutcomeUnknown,)),
    Trouble("503 of maintenance, done", _answer(FaultKind.ANSWER_AFTER, unavailable()), (OutcomeUnknown,)),
    Trouble("429", _answer(FaultKind.ANSWER_BEFORE, throttled(1)), (Retry,)),
    Trouble("401", _answer(FaultKind.ANSWER_BEFORE, unauthorized()), (SystemPaused,)),
)
