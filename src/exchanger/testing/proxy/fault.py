"""Отказы HTTP: что сделать с запросом, с каким и сколько раз."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from exchanger.testing.proxy.call import HttpAnswer, HttpCall, html_answer, json_answer

Match = Callable[[HttpCall], bool]


class FaultKind(StrEnum):
    """Что случится с запросом. «Исполнен» — сервер за прокси получил его и ответил."""

    CUT_BEFORE = "cut-before"
    """Соединение закрыто, не исполнен."""
    CUT_AFTER = "cut-after"
    """Исполнен, соединение закрыто без ответа."""
    DELAY_BEFORE = "delay-before"
    """Передан через `seconds` секунд."""
    DELAY_AFTER = "delay-after"
    """Исполнен сразу, ответ отдан через `seconds` секунд."""
    SILENT_BEFORE = "silent-before"
    """Не исполнен, ответа нет никогда, соединение открыто (half-open)."""
    SILENT_AFTER = "silent-after"
    """Исполнен, ответа нет никогда, соединение открыто."""
    DRIP = "drip"
    """Исполнен, тело ответа идёт по байту в `seconds` секунд."""
    ANSWER_BEFORE = "answer-before"
    """Не исполнен, вместо ответа `answer`."""
    ANSWER_AFTER = "answer-after"
    """Исполнен, но клиент получает `answer`: посредник не дождался."""
    LATE = "late"
    """Соединение закрыто сразу, а исполнен через `seconds` секунд: после того, как клиент перестал ждать."""
    DUPLICATE = "duplicate"
    """Исполнен дважды подряд (посредник повторил), клиент получает второй ответ."""


def anything(_call: HttpCall) -> bool:
    """Подходит любой запрос."""
    return True


def on(method: str | None = None, path: str | None = None) -> Match:
    """Подходит запрос с таким методом и путём; `path` — регулярное выражение, ищется в пути без строки запроса."""
    pattern = re.compile(path or "")
    return lambda call: method in {None, call.method} and pattern.search(call.path) is not None


@dataclass(frozen=True, slots=True)
class HttpFault:
    """Отказ: подходящие запросы, кроме первых `skip_first`, страдают `times` раз (None — всегда).

    `probability` — доля страдающих, по зерну прокси: n-й подходящий запрос страдает при одном зерне одинаково.
    `seconds` — задержка, промежуток или срок вида отказа; `answer` нужен видам ANSWER_*.
    """

    kind: FaultKind
    match: Match = anything
    times: int | None = 1
    skip_first: int = 0
    seconds: float = 1.0
    probability: float = 1.0
    answer: HttpAnswer | None = None

    def __post_init__(self) -> None:
        if (self.kind in {FaultKind.ANSWER_BEFORE, FaultKind.ANSWER_AFTER}) != (self.answer is not None):
            raise ValueError(f"HttpFault {self.kind}: `answer` нужен видам answer-before и answer-after и только им")
        if not 0 <= self.probability <= 1:
            raise ValueError(f"HttpFault {self.kind}: probability от 0 до 1, дано {self.probability}")
        if self.seconds < 0:
            raise ValueError(f"HttpFault {self.kind}: seconds не бывает отрицательным, дано {self.seconds}")


def server_error(body: object) -> HttpAnswer:
    """500 с данным JSON: `{"type": "OptimisticLockingException", "message": …, "code": 1}` и подобное."""
    return json_answer(500, body)


def bad_gateway() -> HttpAnswer:
    """502 со страницей HTML от посредника."""
    return html_answer(502, "<html><head><title>502 Bad Gateway</title></head><body><h1>502</h1></body></html>")


def unavailable() -> HttpAnswer:
    """503 со страницей HTML: работы на сервере."""
    return html_answer(503, "<html><body><h1>Service Temporarily Unavailable</h1></body></html>")


def throttled(retry_after: int, body: object | None = None) -> HttpAnswer:
    """429 с JSON и Retry-After в секундах."""
    return json_answer(429, {"error": "too_many_requests"} if body is None else body, {"Retry-After": str(retry_after)})


def unauthorized(body: object | None = None) -> HttpAnswer:
    """401 с JSON: пароль сменили или ключ отозвали."""
    return json_answer(401, {"error": "unauthorized"} if body is None else body)
