"""Беды любого запроса как отказы прокси и то, чем в них может кончиться создание."""

from __future__ import annotations

from dataclasses import dataclass

from exchanger.domain.errors import ExchangerError, OutcomeUnknown, Retry, SystemPaused
from exchanger.testing.proxy import (
    FaultKind,
    HttpAnswer,
    HttpFault,
    bad_gateway,
    html_answer,
    on,
    throttled,
    unauthorized,
    unavailable,
)

_SECONDS = 0.3


@dataclass(frozen=True, slots=True)
class Trouble:
    """Отказ прокси; `error` — чем может кончиться создание."""

    name: str
    kind: FaultKind
    error: type[ExchangerError] = OutcomeUnknown
    answer: HttpAnswer | None = None

    @property
    def kinds(self) -> tuple[type[ExchangerError], ...]:
        """Виды ошибок создания."""
        return (self.error,)

    def fault(self, path: str, method: str | None = "POST") -> HttpFault:
        """Отказ для запросов этого метода (None — любого) с таким путём."""
        return HttpFault(self.kind, on(method, path), seconds=_SECONDS, answer=self.answer)


_HTML_500 = html_answer(500, "<html>500</html>")
_HALF = html_answer(200, '{"result": {"ta', {"Content-Type": "application/json"})
TROUBLES = (
    Trouble("dropped before it was done", FaultKind.CUT_BEFORE),
    Trouble("dropped after it was done", FaultKind.CUT_AFTER),
    Trouble("done late, after the client had gone", FaultKind.LATE),
    Trouble("half-open, not done", FaultKind.SILENT_BEFORE),
    Trouble("half-open, done", FaultKind.SILENT_AFTER),
    Trouble("500 before", FaultKind.ANSWER_BEFORE, answer=_HTML_500),
    Trouble("500 after", FaultKind.ANSWER_AFTER, answer=_HTML_500),
    Trouble("502 of a proxy, done", FaultKind.ANSWER_AFTER, answer=bad_gateway()),
    Trouble("503 of maintenance, done", FaultKind.ANSWER_AFTER, answer=unavailable()),
    Trouble(
        "a page instead of the answer, done", FaultKind.ANSWER_AFTER, answer=html_answer(200, "<html>login</html>")
    ),
    Trouble("half an answer, done", FaultKind.ANSWER_AFTER, answer=_HALF),
    Trouble("429", FaultKind.ANSWER_BEFORE, Retry, throttled(1)),
    Trouble("401", FaultKind.ANSWER_BEFORE, SystemPaused, unauthorized()),
)
IDS = [trouble.name for trouble in TROUBLES]
SWIFT = tuple(trouble for trouble in TROUBLES if trouble.kind not in {FaultKind.SILENT_BEFORE, FaultKind.SILENT_AFTER})
"""Беды без ожидания: там, где проверяется не само молчание."""
SWIFT_IDS = [trouble.name for trouble in SWIFT]
