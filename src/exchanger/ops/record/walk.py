"""Обход системы: вызовы по одному, от каждого ответа остаётся строение. Что спрашивать, знает `Tour` системы."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import Protocol

from exchanger.connect import Answer, Http, Intent
from exchanger.domain.errors import ExchangerError
from exchanger.ops.record.recording import Recorded
from exchanger.ops.record.shape import Shape, merged, shape_of
from exchanger.telemetry.redact import redact

NOBODY = 999_999_999
"""Номер, которого нет: так видно, чем система отвечает о пропавшем."""

_SILENT = 3  # calls in a row without any answer: the system is gone
_CODE = re.compile(r"-?\d{1,8}|[A-Z][A-Z_]{1,60}|[a-z]+(?:_[a-z]+){0,5}")
_OTHER = "<code>"


@dataclass(frozen=True, slots=True)
class Step:
    """Вызов обхода; под одним именем ответы складываются в одно строение.

    `method` попадает в запись, `path` — адрес этого вызова, если он не весь в `method`, — нет.
    """

    name: str
    method: str
    params: Mapping[str, object]
    path: str = ""


class Tour(Protocol):
    """Обход одной системы: только чтения, которыми пользуется наш клиент."""

    @property
    def codes(self) -> frozenset[str]:
        """Коды ошибок системы, которые можно оставить в записи, кроме похожих на код с виду."""
        ...

    def opening(self) -> Iterable[Step]:
        """С чего начать и чем система отвечает на пропавшее и неверное."""
        ...

    def about(self, name: str, result: object) -> Iterable[Step]:
        """Что спросить ещё, судя по ответу этого вызова."""
        ...

    async def ask(self, step: Step) -> object:
        """Спросить нашим клиентом; отказ по существу — None, прочее — `ExchangerError`."""
        ...

    def code(self, answer: Answer) -> str:
        """Код ошибки ответа; «» — ошибки нет."""
        ...

    def key(self, name: str) -> str:
        """Имя ключа, каким оно попадёт в запись."""
        ...


class Listening(Http):
    """Клиент HTTP, который помнит последний ответ: система отвечает нашему настоящему клиенту."""

    last: Answer | None = None

    async def request(
        self,
        method: str,
        url: str,
        *,
        intent: Intent,
        json: object = None,
        data: bytes | Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        within: float | None = None,
    ) -> Answer:
        """Выполнить запрос и запомнить ответ."""
        self.last = None
        self.last = await super().request(
            method, url, intent=intent, json=json, data=data, headers=headers, within=within
        )
        return self.last


async def walk(tour: Tour, http: Listening) -> list[Recorded]:
    """Пройти обход; `ExchangerError` — не отвечает первый вызов или несколько подряд."""
    seen: list[Recorded] = []
    wanted = deque(tour.opening())
    while wanted:
        step = wanted.popleft()
        wanted.extendleft(reversed(list(tour.about(step.name, await _perform(tour, http, step, seen)))))
    return [_together(seen, name) for name in dict.fromkeys(each.step for each in seen)]


async def _perform(tour: Tour, http: Listening, step: Step, seen: list[Recorded]) -> object:
    """Perform and note; the result leads to the next calls."""
    started = monotonic()
    try:
        result = await tour.ask(step)
    except ExchangerError:
        seen.append(noted(tour, step, http.last, monotonic() - started))
        if len(seen) == 1 or not any(each.status for each in seen[-_SILENT:]):
            raise
        return None
    seen.append(noted(tour, step, http.last, monotonic() - started))
    return result


def noted(tour: Tour, step: Step, answer: Answer | None, spent: float) -> Recorded:
    """Что остаётся от вызова."""
    params = shape_of(dict(step.params), key=tour.key)
    if answer is None:
        return Recorded(step.name, step.method, params, 0, "", Shape(), spent)
    code = tour.code(answer)
    plain = not code or code in tour.codes or (_CODE.fullmatch(code) and redact(code) == code)
    shape = shape_of(_body(answer.body), key=tour.key)
    return Recorded(step.name, step.method, params, answer.status, code if plain else _OTHER, shape, spent)


def _body(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw.decode("utf-8", "replace")  # a page instead of JSON: only "string" is kept of it


def _together(seen: Sequence[Recorded], name: str) -> Recorded:
    """Answers of one step in one line; one that succeeded tells more than one that did not."""
    same = [each for each in seen if each.step == name]
    told = [each for each in same if each.status and not each.error] or same
    return replace(
        told[0],
        params=merged(each.params for each in told),
        answer=merged(each.answer for each in told),
        seconds=max(each.seconds for each in same),
    )
